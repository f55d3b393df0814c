import type { MetadataState } from '@hercules/metadata';
import type { StreamTopics } from '../stream-topics.ts';

/** What carrying out a change needs. */
export interface ChangeContext {
  readonly state: Pick<MetadataState, 'stream' | 'streams' | 'changedBy' | 'timelineEntry' | 'tableReport' | 'taskResult'>;
  /** Throws LeadershipLost when another instance writes now. */
  readonly writer: {
    assertLeader(): Promise<void>;
    put(key: string, document: unknown): Promise<void>;
    remove(key: string): Promise<void>;
  };
  readonly topics: Pick<StreamTopics, 'create' | 'delete' | 'grow' | 'setRetention'>;
  /** Between the removal of a stream from the metadata and that of its topic, for the gateways to forget it, in ms. */
  readonly deleteGracePeriodMs: number;
  /** Aborted when this instance must stop carrying out tasks. */
  readonly signal: AbortSignal;
}

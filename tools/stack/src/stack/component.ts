import type { ProcessIdentity } from '../process/process-identity.ts';
import type { ComponentName } from './component-name.ts';

export interface StartContext {
  /** Called as soon as the process exists. */
  readonly onSpawn: (identity: ProcessIdentity) => void;
  readonly onProgress: (text: string) => void;
  readonly signal: AbortSignal;
  /** Added to the environment of the process. */
  readonly env: Readonly<Record<string, string>>;
}

/** A server, an app or the demo: how it is started, found ready and stopped. */
export interface Component {
  readonly name: ComponentName;
  /** Ports it listens on, with what they are for. */
  readonly ports: readonly (readonly [port: number, purpose: string])[];
  /** Components that must be ready before this one is started. */
  readonly needs: readonly ComponentName[];
  /** Starts the process and returns when it is ready. @throws StackError or Error with the end of its log */
  start(context: StartContext): Promise<void>;
  isReady(): Promise<boolean>;
  /** What is to be done when it is ready, before those that need it are started. Done at every start, so it must not mind having been done. */
  prepare?(): Promise<void>;
}

/** Marks every process of a stack, so that one that a killed start has left without a record can be found: `<data folder>#<component>`. */
export const STACK_MARK = 'HERCULES_STACK_PROCESS';

export function stackMark(dataDir: string, name: ComponentName | 'supervisor'): string {
  return `${dataDir}#${name}`;
}

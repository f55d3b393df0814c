import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { writeAnnotationEvent, type EventSender } from '@hercules/demo';
import { msToTicks, uuidFromBytes } from '@hercules/protocol';
import type { ProcessIdentity } from '../process/process-identity.ts';
import { COMPONENT_NAMES, type ComponentName, shownName } from '../stack/component-name.ts';
import { ProcessRecords } from '../stack/process-records.ts';
import type { StackLayout } from '../stack/stack-layout.ts';

/** What happened to a component, as an annotation for graphs. */
interface ComponentEvent {
  readonly name: ComponentName;
  readonly what: 'started' | 'ended by itself';
  readonly identity: ProcessIdentity;
  readonly timeMs: number;
}

/**
 * Sends an annotation when a component of the stack has started and when it has ended without being told to. What it has seen it need not
 * keep: the same start gives the same event at every run of the demo, and an event that is stored already replaces itself.
 */
export class ComponentEvents {
  readonly #layout: StackLayout;
  readonly #records: ProcessRecords;
  readonly #sender: Pick<EventSender, 'add'>;
  readonly #seen = new Set<string>();

  constructor(layout: StackLayout, sender: Pick<EventSender, 'add'>) {
    this.#layout = layout;
    this.#records = new ProcessRecords(layout);
    this.#sender = sender;
  }

  /** Looks what has changed since the last look. */
  look(): void {
    for (const name of COMPONENT_NAMES) {
      const identity = this.#records.saved(name);
      if (identity === undefined) continue;
      const isAlive = this.#records.alive(name) !== undefined;
      const wasSeen = this.#seen.has(keyOf(name, 'started', identity));
      if (isAlive) this.#tell({ name, what: 'started', identity, timeMs: this.#savedAt(name) });
      // Only of a process that was alive before: a record of yesterday says nothing about today.
      else if (wasSeen) this.#tell({ name, what: 'ended by itself', identity, timeMs: Date.now() });
    }
  }

  #tell({ name, what, identity, timeMs }: ComponentEvent): void {
    const key = keyOf(name, what, identity);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    const application = shownName(name);
    const tags = [
      ['project', 'hercules'],
      ['environment', 'local'],
      ['application', application],
    ] as const;
    this.#sender.add((writer) => writeAnnotationEvent(writer, msToTicks(timeMs), uuidOf(key), `${application} ${what}`, tags));
  }

  /** A record is written as soon as the process exists. */
  #savedAt(name: ComponentName): number {
    return statSync(this.#layout.recordFile(name)).mtimeMs;
  }
}

function keyOf(name: ComponentName, what: ComponentEvent['what'], { pid, startedAt }: ProcessIdentity): string {
  return `${name} ${what} ${pid} ${startedAt}`;
}

/** Version 8 of RFC 9562: bits of our own choice, here of a hash. */
function uuidOf(key: string): string {
  const uuid = createHash('sha256').update(key).digest().subarray(0, 16);
  uuid[6] = (uuid[6]! & 0x0f) | 0x80;
  uuid[8] = (uuid[8]! & 0x3f) | 0x80;
  return uuidFromBytes(uuid);
}

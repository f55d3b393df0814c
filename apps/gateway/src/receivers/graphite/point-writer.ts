import { msToTicks, TICKS_PER_SECOND, UuidV1Generator } from '@hercules/protocol';
import type { EventBatches } from '../lines/event-batches.ts';
import { RefusedMessage } from '../lines/message-reader.ts';
import type { GraphiteConfig } from './config.ts';
import type { MetricPoint } from './metric-point.ts';
import { NameAcl } from './name-acl.ts';

const UUID_BYTES = 16;

/** Writes points as metric events (protocol §10.3): the tags in their order, then `_name`. */
export class PointWriter {
  readonly #acl: NameAcl;
  readonly #tagged: string;
  readonly #plain: string;
  readonly #ids = new UuidV1Generator({ internal: true });
  readonly #uuid = Buffer.alloc(UUID_BYTES);

  /** @throws HerculesError BAD_CONFIG for a rule that is no regular expression */
  constructor(config: Pick<GraphiteConfig, 'acl' | 'aclDefault' | 'stream' | 'plainStream'>) {
    this.#acl = new NameAcl(config);
    this.#tagged = config.stream;
    this.#plain = config.plainStream ?? config.stream;
  }

  /** @throws RefusedMessage for a name that no rule permits */
  write({ name, tags, value, seconds }: MetricPoint, batches: EventBatches): void {
    if (!this.#acl.permits(name)) throw new RefusedMessage('denied', 'a rule denies its name');
    this.#ids.nextInto(this.#uuid, 0);
    const ticks = seconds === undefined ? msToTicks(Date.now()) : ticksOf(seconds);
    const writer = batches.begin(tags.length > 0 ? this.#tagged : this.#plain, ticks, this.#uuid);
    writer.beginVector('tags', 'container');
    for (const [key, text] of [...tags, ['_name', name] as const]) {
      writer.beginContainer(null);
      writer.string('key', key);
      writer.string('value', text);
      writer.endContainer();
    }
    writer.endVector();
    writer.double('value', value);
    batches.end();
  }
}

/** A fraction is kept down to a ms: doubles hold no more of today's seconds for sure. */
function ticksOf(seconds: number): bigint {
  return Number.isInteger(seconds) ? BigInt(seconds) * TICKS_PER_SECOND : msToTicks(Math.round(seconds * 1000));
}

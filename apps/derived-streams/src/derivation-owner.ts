import { type Derivation, derivationsOf, type MetadataListener, type Stream, stringifyJson } from '@hercules/metadata';
import type { Logger } from '@hercules/protocol';
import { Backoff, sleep } from '@hercules/sink';
import type { DerivationSink } from './derivation-sink.ts';

export interface StreamSource {
  streams(): Stream[];
  onChange(listener: MetadataListener): () => void;
}

type RunningSink = Pick<DerivationSink, 'start' | 'stop' | 'derivation'>;

export interface DerivationOwnerParts<S extends RunningSink> {
  readonly source: StreamSource;
  /** Whether this instance fills the derived stream or splitter of this name. */
  readonly isMine: (name: string) => boolean;
  readonly createSink: (derivation: Derivation) => S;
  readonly retry: { readonly retryMinMs: number; readonly retryMaxMs: number };
  readonly logger: Logger;
}

/** Lets a sink run for each derived stream and splitter of the metadata, and follows their changes. Several instances share the records through the consumer groups. */
export class DerivationOwner<S extends RunningSink> {
  readonly #parts: DerivationOwnerParts<S>;
  readonly #running = new Map<string, S>();
  readonly #stopSignal = new AbortController();
  readonly #backoff: Backoff;
  #unsubscribe: () => void = () => undefined;
  #work: Promise<void> = Promise.resolve();
  #isStale = false;

  constructor(parts: DerivationOwnerParts<S>) {
    this.#parts = parts;
    this.#backoff = new Backoff(parts.retry.retryMinMs, parts.retry.retryMaxMs);
  }

  /** Takes up what there is, and every change from now on. */
  start(): void {
    this.#unsubscribe = this.#parts.source.onChange((kind) => {
      if (kind === 'stream') this.#followSoon();
    });
    this.#followSoon();
  }

  async stop(): Promise<void> {
    this.#unsubscribe();
    this.#stopSignal.abort();
    await this.#work;
    await Promise.all([...this.#running.values()].map((sink) => sink.stop()));
  }

  sinks(): Iterable<S> {
    return this.#running.values();
  }

  /** One step after the other; changes that come meanwhile make one further step. */
  #followSoon(): void {
    if (this.#isStale) return;
    this.#isStale = true;
    this.#work = this.#work.then(() => this.#follow());
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopSignal;
    for (let attempt = 0; !signal.aborted; attempt++) {
      this.#isStale = false;
      try {
        await this.#matchMetadata();
        return;
      } catch (error) {
        this.#parts.logger.error({ err: error, attempt }, 'derived streams are not as the metadata want them yet; trying again');
        await sleep(this.#backoff.delayMs(attempt), signal);
      }
    }
  }

  async #matchMetadata(): Promise<void> {
    const { source, isMine, createSink, logger } = this.#parts;
    const wanted = new Map(
      derivationsOf(source.streams())
        .filter(({ name }) => isMine(name))
        .map((derivation) => [keyOf(derivation), derivation]),
    );
    for (const [key, sink] of this.#running) {
      const derivation = wanted.get(key);
      if (derivation !== undefined && isSame(derivation, sink.derivation)) continue;
      this.#running.delete(key);
      await sink.stop();
      logger.info({ derivation: key }, 'a derived stream is not filled any more in its former shape');
    }
    for (const [key, derivation] of wanted) {
      if (this.#running.has(key) || this.#stopSignal.signal.aborted) continue;
      const sink = createSink(derivation);
      await sink.start();
      this.#running.set(key, sink);
      logger.info(
        { derivation: key, sources: derivation.sources, outputs: derivation.outputs.map(({ name }) => name) },
        'a derived stream is being filled',
      );
    }
  }
}

function keyOf({ name, isSplitter }: Derivation): string {
  return `${isSplitter ? 'splitter' : 'derived'}/${name}`;
}

/** Retention and description do not matter here, and the number of partitions is looked up for every record. */
function isSame(one: Derivation, other: Derivation): boolean {
  const decisive = ({ sources, outputs }: Derivation): string =>
    stringifyJson([sources, outputs.map(({ name, shardingKey, filters, split }) => [name, shardingKey, filters, split ?? null])]);
  return decisive(one) === decisive(other);
}

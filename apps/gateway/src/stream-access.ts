import type { ApiKeyIdentity, EventFilter, MetadataRegistry, Stream } from '@hercules/metadata';
import { HerculesError } from '@hercules/protocol';
import type { QuotaBook, QuotaGate } from './quotas/index.ts';
import { ShardingPartitioner, type Partitioner } from './partitioner.ts';

/** How events reach the topic of a stream. */
export interface StreamRoute {
  readonly topic: string;
  /** Partitions that the metadata names; the topic has as many or more, unless the producer has not noticed yet that it grew. */
  readonly expectedPartitions: number;
  readonly partitioner: Partitioner;
  /** Events that do not pass are dropped (model §4.3). */
  readonly filter: EventFilter | undefined;
  /** What the key may write; undefined: as much as it likes. */
  readonly quota: QuotaGate | undefined;
}

/**
 * What one key may do with one stream. Rights and the stream itself are refused apart because a protocol may have checks between the two
 * (apis §3, rows 3 and 6).
 */
export interface StreamAccess {
  readonly rightRefusal: HerculesError | undefined;
  readonly streamRefusal: HerculesError | undefined;
  /** Present when nothing is refused. */
  readonly route: StreamRoute | undefined;
}

/** A known key with what was found out about it since the last change of the metadata. */
export class KnownKey {
  readonly identity: ApiKeyIdentity;
  readonly #resolve: (identity: ApiKeyIdentity, name: string) => StreamAccess;
  readonly #streams = new Map<string, StreamAccess>();

  constructor(identity: ApiKeyIdentity, resolve: (identity: ApiKeyIdentity, name: string) => StreamAccess) {
    this.identity = identity;
    this.#resolve = resolve;
  }

  /** Access to a stream for writing. */
  stream(name: string): StreamAccess {
    const cached = this.#streams.get(name);
    if (cached !== undefined) return cached;
    const access = this.#resolve(this.identity, name);
    if (this.#streams.size >= MAX_STREAMS_PER_KEY) this.#streams.clear();
    if (name.length <= MAX_CACHED_NAME_LENGTH) this.#streams.set(name, access);
    return access;
  }
}

const MAX_KEYS = 10_000;
const MAX_STREAMS_PER_KEY = 1000;
const MAX_CACHED_NAME_LENGTH = 64;

/**
 * Resolves (key, stream) once and keeps the answer until the metadata change. Names and keys come from outside, so the caches are bounded,
 * and a key that is not known is never kept.
 */
export class StreamAccessCache {
  readonly #registry: MetadataRegistry;
  readonly #defaultPartitioner: Partitioner;
  readonly #quotas: Pick<QuotaBook, 'gate'>;
  readonly #keys = new Map<string, KnownKey>();

  constructor(registry: MetadataRegistry, defaultPartitioner: Partitioner, quotas: Pick<QuotaBook, 'gate'>) {
    this.#registry = registry;
    this.#quotas = quotas;
    this.#defaultPartitioner = defaultPartitioner;
    registry.onChange(() => this.#keys.clear());
  }

  /** The key, or undefined if it is absent or unknown (401). */
  key(apiKey: string | undefined): KnownKey | undefined {
    if (apiKey === undefined) return undefined;
    const cached = this.#keys.get(apiKey);
    if (cached !== undefined) return cached;
    const identity = this.#registry.authorizer.identify(apiKey);
    if (identity === undefined) return undefined;
    const key = new KnownKey(identity, this.#resolve);
    if (this.#keys.size >= MAX_KEYS) this.#keys.clear();
    this.#keys.set(apiKey, key);
    return key;
  }

  readonly #resolve = (identity: ApiKeyIdentity, name: string): StreamAccess => {
    const rightRefusal = this.#checkRight(identity, name);
    const stream = this.#registry.stream(name);
    const streamRefusal = checkStream(stream, name);
    if (rightRefusal !== undefined || streamRefusal !== undefined || stream === undefined) {
      return { rightRefusal, streamRefusal, route: undefined };
    }
    const partitioner =
      stream.shardingKey.length === 0 ? this.#defaultPartitioner : new ShardingPartitioner(stream.shardingKey, stream.partitions);
    const filter = this.#registry.validationFilter(identity.digest, name);
    const quota = this.#quotas.gate(identity.digest, name);
    const route = { topic: name, expectedPartitions: stream.partitions, partitioner, filter, quota };
    return { rightRefusal: undefined, streamRefusal: undefined, route };
  };

  #checkRight(identity: ApiKeyIdentity, name: string): HerculesError | undefined {
    switch (this.#registry.authorizer.authorize(identity, 'write', name)) {
      case 'allowed':
        return undefined;
      case 'unknown':
        return new HerculesError('UNAUTHORIZED_RIGHT', 'This API key has no right to write');
      case 'denied':
        return new HerculesError('PERMISSION_DENIED', 'This API key may not write to this stream');
    }
  }
}

function checkStream(stream: Stream | undefined, name: string): HerculesError | undefined {
  if (stream === undefined) return new HerculesError('STREAM_NOT_FOUND', `There is no stream ${JSON.stringify(name.slice(0, 100))}`);
  if (stream.type === 'derived') {
    return new HerculesError('DERIVED_STREAM', `Stream ${JSON.stringify(name)} is derived from others and cannot be written to`);
  }
  return undefined;
}

import type { Decision, EventFilter, MetadataRegistry, Stream } from '@hercules/metadata';
import { createDefaultPartitioner, ShardingPartitioner } from './partitioner.ts';
import { StreamAccessCache } from './stream-access.ts';

/** A registry of what the test says. */
class FakeRegistry {
  readonly streams = new Map<string, Stream>();
  readonly decisions = new Map<string, Decision>();
  readonly filter: EventFilter = { accepts: () => true };
  lookUps = 0;
  #listener: () => void = () => undefined;

  readonly authorizer = {
    identify: (key: string) => {
      this.lookUps++;
      return key.startsWith('known') ? { digest: `digest of ${key}`, prefix: '' } : undefined;
    },
    authorize: (identity: { digest: string }, right: string, name: string) =>
      this.decisions.get(`${identity.digest} ${right} ${name}`) ?? 'denied',
  };

  stream(name: string): Stream | undefined {
    return this.streams.get(name);
  }

  validationFilter(digest: string, stream: string): EventFilter | undefined {
    return digest === 'digest of known1' && stream === 'logs' ? this.filter : undefined;
  }

  onChange(listener: () => void): void {
    this.#listener = listener;
  }

  change(): void {
    this.#listener();
  }
}

const BASE: Stream = { type: 'base', name: 'logs', partitions: 3, shardingKey: [], ttl: 1000, description: null };

function setUp(): { registry: FakeRegistry; access: StreamAccessCache } {
  const registry = new FakeRegistry();
  registry.streams.set('logs', BASE);
  registry.streams.set('sharded', { ...BASE, name: 'sharded', shardingKey: ['user'] });
  registry.streams.set('derived', { ...BASE, type: 'derived', name: 'derived', streams: ['logs'], filters: [] });
  for (const name of ['logs', 'sharded', 'derived', 'missing']) registry.decisions.set(`digest of known1 write ${name}`, 'allowed');
  registry.decisions.set('digest of known2 write logs', 'unknown');
  return {
    registry,
    access: new StreamAccessCache(registry as unknown as MetadataRegistry, createDefaultPartitioner('random', 1), {
      gate: () => undefined,
    }),
  };
}

describe('StreamAccessCache', () => {
  it.each([undefined, '', 'stranger'])('does not know the key %j', (key) => {
    expect(setUp().access.key(key)).toBeUndefined();
  });

  it('gives the route of a stream that may be written', () => {
    const { registry, access } = setUp();
    const { rightRefusal, streamRefusal, route } = access.key('known1')!.stream('logs');
    expect([rightRefusal, streamRefusal]).toEqual([undefined, undefined]);
    expect(route).toMatchObject({ topic: 'logs', expectedPartitions: 3, filter: registry.filter });
    expect(access.key('known1')!.stream('sharded').route!.partitioner).toBeInstanceOf(ShardingPartitioner);
  });

  it('tells the reasons of refusals apart', () => {
    const { access } = setUp();
    expect(access.key('known2')!.stream('logs').rightRefusal).toMatchObject({ code: 'UNAUTHORIZED_RIGHT', httpStatus: 401, grpcCode: 7 });
    expect(access.key('known3')!.stream('logs').rightRefusal).toMatchObject({ code: 'PERMISSION_DENIED', httpStatus: 403 });
    expect(access.key('known1')!.stream('missing').streamRefusal).toMatchObject({ code: 'STREAM_NOT_FOUND', httpStatus: 404 });
    expect(access.key('known1')!.stream('derived').streamRefusal).toMatchObject({ code: 'DERIVED_STREAM', httpStatus: 400, grpcCode: 9 });
    expect(access.key('known1')!.stream('derived').route).toBeUndefined();
  });

  it('asks once, and again after a change of the metadata', () => {
    const { registry, access } = setUp();
    const first = access.key('known1')!.stream('logs');
    expect(access.key('known1')!.stream('logs')).toBe(first);
    expect(registry.lookUps).toBe(1);
    registry.decisions.set('digest of known1 write logs', 'denied');
    registry.change();
    expect(access.key('known1')!.stream('logs').rightRefusal).toMatchObject({ code: 'PERMISSION_DENIED' });
  });

  it('never keeps unknown keys', () => {
    const { registry, access } = setUp();
    access.key('stranger');
    access.key('stranger');
    expect(registry.lookUps).toBe(2);
  });
});

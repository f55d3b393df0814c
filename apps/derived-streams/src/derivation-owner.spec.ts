import { type Derivation, type MetadataListener, type Stream, streamSchema } from '@hercules/metadata';
import type { Logger } from '@hercules/protocol';
import { DerivationOwner } from './derivation-owner.ts';

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const derived = (name: string, more: object = {}): Stream =>
  streamSchema.parse({ type: 'derived', name, partitions: 1, ttl: 1000, streams: ['s'], ...more });
const output = (name: string, node: string): Stream => derived(name, { split: { group: 'g', node, shardingKeys: ['tags'] } });

/** Sinks that only write down what is asked of them. */
function setUp(fail: (step: string) => boolean = () => false) {
  const streams = new Map<string, Stream>();
  const steps: string[] = [];
  let listener: MetadataListener = () => undefined;
  const step = async (text: string): Promise<void> => {
    await Promise.resolve();
    steps.push(text);
    if (fail(text)) throw new Error(`${text} failed`);
  };
  const owner = new DerivationOwner({
    source: { streams: () => [...streams.values()], onChange: (added) => ((listener = added), () => undefined) },
    isMine: (name) => name !== 'other',
    createSink: (derivation: Derivation) => {
      const label = `${derivation.name}(${derivation.outputs.map(({ name }) => name).join()})`;
      return { derivation, start: () => step(`start ${label}`), stop: () => step(`stop ${label}`) };
    },
    retry: { retryMinMs: 1, retryMaxMs: 2 },
    logger: quiet,
  });
  const put = (stream: Stream): void => {
    streams.set(stream.name, stream);
    listener('stream', stream.name);
  };
  const remove = (name: string): void => {
    streams.delete(name);
    listener('stream', name);
  };
  const until = async (text: string): Promise<void> => {
    while (!steps.includes(text)) await new Promise((resolve) => setImmediate(resolve));
  };
  return { owner, steps, put, remove, until };
}

describe('DerivationOwner', () => {
  it('fills what there is and what comes, and stops what goes', async () => {
    const { owner, steps, put, remove, until } = setUp();
    put(derived('a'));
    put(derived('other'));
    owner.start();
    await until('start a(a)');
    put(derived('b'));
    await until('start b(b)');
    remove('a');
    await until('stop a(a)');
    await owner.stop();
    expect(steps).toEqual(['start a(a)', 'start b(b)', 'stop a(a)', 'stop b(b)']);
  });

  it('goes on when only retention, description or partitions change, and starts anew for another shape', async () => {
    const { owner, steps, put, until } = setUp();
    put(derived('a'));
    owner.start();
    await until('start a(a)');
    put(derived('a', { ttl: 5, description: 'new', partitions: 7 }));
    put(derived('b'));
    await until('start b(b)');
    expect(steps).toEqual(['start a(a)', 'start b(b)']);
    put(derived('a', { streams: ['t'] }));
    await until('stop a(a)');
    await owner.stop();
    expect(steps.slice(2, 4)).toEqual(['stop a(a)', 'start a(a)']);
  });

  it('takes the outputs of a splitter as one', async () => {
    const { owner, steps, put, until } = setUp();
    put(output('x', 'n2'));
    owner.start();
    await until('start g(x)');
    put(output('y', 'n1'));
    await until('start g(y,x)');
    await owner.stop();
    expect(steps).toEqual(['start g(x)', 'stop g(x)', 'start g(y,x)', 'stop g(y,x)']);
  });

  it('tries again what fails', async () => {
    let failures = 3;
    const { owner, steps, put, until } = setUp((step) => step === 'start a(a)' && failures-- > 0);
    put(derived('a'));
    owner.start();
    put(derived('b'));
    await until('start b(b)');
    await owner.stop();
    expect(steps.filter((step) => step === 'start a(a)')).toHaveLength(4);
  });
});

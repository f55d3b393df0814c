import { derivationsOf, requireFittingSplit, requireNoCycle } from './derivations.ts';
import { streamSchema, type Stream } from './stream.ts';

const derived = (name: string, streams: string[], more: object = {}): Stream =>
  streamSchema.parse({ type: 'derived', name, partitions: 1, ttl: 1000, streams, ...more });
const base = (name: string): Stream => streamSchema.parse({ type: 'base', name, partitions: 1, ttl: 1000 });
const output = (name: string, node: string, more: object = {}, split: object = {}): Stream =>
  derived(name, ['s'], { split: { group: 'g', node, shardingKeys: ['tags'], ...split }, ...more });

describe('derivationsOf', () => {
  it('has one entry for each derived stream, and one for all outputs of a splitter', () => {
    const streams = [base('s'), output('x', 'n2'), derived('d', ['s']), output('y', 'n1')];
    expect(derivationsOf(streams)).toEqual([
      { name: 'd', isSplitter: false, sources: ['s'], outputs: [streams[2]] },
      { name: 'g', isSplitter: true, sources: ['s'], outputs: [streams[3], streams[1]] },
    ]);
  });
});

describe('requireNoCycle', () => {
  const streams = [base('s'), derived('a', ['s', 'late']), derived('b', ['a']), derived('c', ['b', 'a'])];
  const check = (stream: Stream) => () => requireNoCycle(stream, (name) => streams.find((found) => found.name === name));

  it('lets pass what ends', () => {
    expect(check(derived('d', ['a', 'b', 'c', 's', 'unknown']))).not.toThrow();
    expect(check(base('late'))).not.toThrow();
  });

  it('names the way of a circle', () => {
    expect(check(derived('late', ['c']))).toThrow("Stream 'late' would read itself: late → a → b → c → late");
    expect(check(derived('me', ['me']))).toThrow('me → me');
  });
});

describe('requireFittingSplit', () => {
  const streams = [output('x', 'n1'), derived('d', ['s'])];

  it.each([
    ['another output', output('y', 'n2')],
    ['another group', output('y', 'n1', { streams: ['t'] }, { group: 'h' })],
    ['no output', derived('y', ['t'])],
    ['itself', output('x', 'n1')],
  ])('lets %s pass', (_what, stream) => {
    expect(() => requireFittingSplit(stream, streams)).not.toThrow();
  });

  it.each([
    ['node', output('y', 'n1'), "has the node 'n1' already"],
    ['sources', output('y', 'n2', { streams: ['t'] }), 'the same streams: expected ["s"] as \'x\' has, got ["t"]'],
    ['filters', output('y', 'n2', { filters: [{ path: 'a', condition: { type: 'exist' } }] }), 'the same filters'],
    ['keys', output('y', 'n2', {}, { shardingKeys: ['level'] }), 'the same shardingKeys'],
    ['algorithm', output('y', 'n2', {}, { algorithm: 'md5' }), 'the same algorithm'],
  ])('refuses other %s', (_what, stream, message) => {
    expect(() => requireFittingSplit(stream, streams)).toThrow(message);
  });
});

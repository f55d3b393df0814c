import { EndpointList } from './endpoint-list.ts';
import type { Transport } from './transports/transport.ts';

const transport = (endpoint: string) => ({ endpoint, close: () => undefined }) as unknown as Transport;

function listOf(...names: string[]) {
  const clock = { ms: 0 };
  const transports = names.map(transport);
  const list = new EndpointList(transports, 1000, () => clock.ms);
  const picks = (count: number): string => Array.from({ length: count }, () => list.pick().endpoint).join('');
  return { list, clock, transports, picks };
}

describe('EndpointList', () => {
  it('takes turns', () => expect(listOf('a', 'b', 'c').picks(7)).toBe('abcabca'));

  it('passes over what has failed, for longer each time, until it has answered', () => {
    const { list, clock, transports, picks } = listOf('a', 'b');
    list.failed(transports[0]!, clock.ms);
    expect(picks(3)).toBe('bbb');
    clock.ms = 1000;
    expect(picks(2)).toBe('ab');
    list.failed(transports[0]!, clock.ms);
    clock.ms = 2999;
    expect(picks(2)).toBe('bb');
    clock.ms = 3000;
    expect(picks(2)).toBe('ab');
    list.answered(transports[0]!);
    list.failed(transports[0]!, clock.ms);
    clock.ms = 4000;
    expect(picks(2)).toBe('ab');
  });

  it('takes what several requests find out at once for one failure', () => {
    const { list, clock, transports, picks } = listOf('a', 'b');
    const askedMs = list.nowMs;
    clock.ms = 10;
    for (let i = 0; i < 4; i++) list.failed(transports[0]!, askedMs);
    clock.ms = 1010;
    expect(picks(2)).toBe('ab');
    list.failed(transports[0]!, list.nowMs);
    clock.ms = 3009;
    expect(picks(2)).toBe('bb');
    clock.ms = 3010;
    expect(picks(2)).toBe('ab');
  });

  it('asks the one that comes back first when all have failed', () => {
    const { list, clock, transports, picks } = listOf('a', 'b');
    list.failed(transports[0]!, clock.ms);
    clock.ms = 500;
    list.failed(transports[1]!, clock.ms);
    expect(list.hasGood).toBe(false);
    expect(picks(2)).toBe('aa');
  });
});

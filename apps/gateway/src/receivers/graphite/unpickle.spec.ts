import { execFileSync } from 'node:child_process';
import { PickleFraming } from './pickle-framing.ts';
import { framed } from '../lines/split-feed.fixture.ts';
import { unpickle } from './unpickle.ts';

/** A pickle of a Python expression, made by Python itself. */
function pickled(expression: string, protocol: number): Buffer {
  const script = `import pickle,sys; sys.stdout.buffer.write(pickle.dumps(${expression}, protocol=${protocol}))`;
  return execFileSync('python3', ['-c', script]);
}

const read = (buf: Buffer) => unpickle(Buffer.concat([Buffer.from('xx'), buf, Buffer.from('.')]), 2, buf.length + 2);

describe.each([0, 1, 2, 3, 4, 5])('a pickle of protocol %i', (protocol) => {
  it('is read as Python wrote it', () => {
    const expression = "[('a.b', (1700000000, 1.5)), ('a.b', (1700000000.25, -3)), ['ä\\\\u', [2**40, 2**70, True, None, '']], ()]";
    expect(read(pickled(expression, protocol))).toEqual([
      ['a.b', [1_700_000_000, 1.5]],
      ['a.b', [1_700_000_000.25, -3]],
      ['ä\\u', [2 ** 40, 2n ** 70n, true, null, '']],
      [],
    ]);
  });

  it('of a thousand metrics, with names that repeat', () => {
    const list = read(pickled("[('m%d' % (i % 7), (1700000000 + i, i / 7)) for i in range(1000)]", protocol)) as unknown[];
    expect(list).toHaveLength(1000);
    expect(list[999]).toEqual(['m5', [1_700_000_999, 999 / 7]]);
  });

  it('that would call something is refused', () => {
    expect(() => read(pickled('__import__("os").system', protocol))).toThrow(expect.objectContaining({ code: 'INVALID_EVENT' }));
  });
});

describe('unpickle', () => {
  it.each(['', '.', '(', 'l.', 'a.', 'K', 'h\x01.', 'Ix\n.', "Sa'\n.", '\x95\x00', '(a.', 'q\x00.', 'p-1\n.'])('refuses %j', (text) => {
    const buf = Buffer.from(text, 'latin1');
    expect(() => unpickle(buf, 0, buf.length)).toThrow(expect.objectContaining({ code: 'INVALID_EVENT' }));
  });
});

describe('PickleFraming', () => {
  const message = (text: string) => Buffer.concat([Buffer.from([0, 0, 0, text.length]), Buffer.from(text)]);

  it.each([1, 3, 5, 100])('finds messages in pieces of %i bytes', (size) => {
    const bytes = Buffer.concat([message('one'), message(''), message('three'), Buffer.from([0, 0, 0, 9, 1])]);
    expect(framed(new PickleFraming(10), bytes, [size])).toEqual(['one', '', 'three', '!unended']);
  });

  it('gives a connection up whose length cannot be right', () => {
    expect(() => framed(new PickleFraming(10), Buffer.from('GET / HTTP/1.1'), [])).toThrow(/longer than 10/);
  });
});

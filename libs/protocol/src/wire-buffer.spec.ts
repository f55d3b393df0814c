import fc from 'fast-check';
import { WireBuffer } from './wire-buffer.ts';

describe('WireBuffer', () => {
  it('grows and keeps what was written', () => {
    const out = new WireBuffer(1);
    for (let i = 0; i < 300; i++) out.u16(i);
    expect(out.bytes().length).toBe(600);
    expect(out.bytes().readUInt16BE(598)).toBe(299);
  });

  it('writes texts of any length as Node does', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: 'binary-ascii', maxLength: 60 }),
      fc.constant('ж'.repeat(70_000)),
    );
    fc.assert(
      fc.property(text, (value) => {
        const out = new WireBuffer(4);
        out.string(value);
        const utf8 = Buffer.from(value);
        expect(out.bytes().readInt32BE(0)).toBe(utf8.length);
        expect(out.bytes().subarray(4).equals(utf8)).toBe(true);
      }),
    );
  });

  it('writes lone surrogates as U+FFFD', () => {
    const out = new WireBuffer();
    out.string('a\ud800');
    out.key('\udc00b');
    expect(out.bytes().toString('hex')).toBe('0000000461efbfbd04efbfbd62');
  });

  it('copies a part of other bytes', () => {
    const out = new WireBuffer();
    out.raw(Buffer.from([1, 2, 3, 4]), 1, 3);
    out.raw(Uint8Array.of(9));
    expect([...out.bytes()]).toEqual([2, 3, 9]);
    expect([...out.bytes(2)]).toEqual([9]);
  });

  it('says what it expected', () => {
    const out = new WireBuffer();
    expect(() => out.u16(65_536)).toThrow('expected a count from 0 to 65535, but it is 65536 (number)');
    expect(() => out.uuid(Buffer.alloc(15))).toThrow('expected a uuid of 16 bytes, but it is an object (Buffer)');
    expect(() => out.uuid('x'.repeat(100))).toThrow(/^expected a uuid such as/);
    expect(out.length).toBe(0);
  });
});

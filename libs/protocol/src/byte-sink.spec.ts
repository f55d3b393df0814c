import { ByteSink } from './byte-sink.ts';

describe('ByteSink', () => {
  it('grows and keeps what has been written', () => {
    const sink = new ByteSink(4);
    sink.text('abc');
    sink.text('мир😀');
    expect(sink.bytes().toString()).toBe('abcмир😀');
    expect(sink.length).toBe(Buffer.byteLength('abcмир😀'));
  });

  it('makes room for more than twice of what it has, also from nothing', () => {
    const sink = new ByteSink(0);
    sink.ensure(1000);
    expect(sink.buffer.length).toBeGreaterThanOrEqual(1000);
    expect(sink.length).toBe(0);
  });

  it('forgets and keeps its memory', () => {
    const sink = new ByteSink(16);
    sink.text('abc');
    const { buffer } = sink;
    sink.reset();
    expect(sink.bytes()).toHaveLength(0);
    expect(sink.buffer).toBe(buffer);
  });
});

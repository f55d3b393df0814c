import { pinoFormat } from './pino-format.ts';

describe('pinoFormat', () => {
  it('reads a line with its error and other fields', () => {
    const line = JSON.stringify({
      level: 'error',
      time: '2026-11-25T03:47:48.611Z',
      app: 'gateway',
      instance: 'vm-1',
      err: { type: 'HerculesError', message: 'no broker', stack: 'HerculesError: no broker\n    at a (b.ts:1:2)' },
      topic: 'logs_a',
      bytes: 12,
      nested: { a: 1 },
      nothing: null,
      msg: 'cannot send',
    });
    expect(pinoFormat.parse([line])).toEqual({
      timestampMs: Date.parse('2026-11-25T03:47:48.611Z'),
      level: 'Error',
      logger: undefined,
      message: 'cannot send',
      stackTrace: 'HerculesError: no broker\n    at a (b.ts:1:2)',
      properties: { topic: 'logs_a', bytes: 12, nested: '{"a":1}' },
    });
  });

  it('reads numeric levels and times', () => {
    expect(pinoFormat.parse(['{"level":40,"time":1764042468611,"msg":"slow"}'])).toMatchObject({
      timestampMs: 1764042468611,
      level: 'Warn',
      message: 'slow',
    });
  });

  it('has the message of the error where there is no other', () => {
    expect(pinoFormat.parse(['{"level":"error","err":{"message":"broken"}}']).message).toBe('broken');
  });

  it('keeps the lines of a crash together, apart from the JSON lines around them', () => {
    const json = '{"level":"info","msg":"a"}';
    expect(pinoFormat.startsEntry('file:///a.ts:1', json)).toBe(true);
    expect(pinoFormat.startsEntry('    at b', 'file:///a.ts:1')).toBe(false);
    expect(pinoFormat.startsEntry(json, '    at b')).toBe(true);
    const crash = ['file:///a.ts:1', 'throw x', '^', '', 'TypeError: x is not a function', '    at b (a.ts:1:1)', '', 'Node.js v24.21.0'];
    expect(pinoFormat.parse(crash)).toMatchObject({
      level: 'Error',
      message: 'TypeError: x is not a function',
      stackTrace: crash.join('\n'),
    });
  });

  it('takes broken JSON for text', () => {
    expect(pinoFormat.parse(['{"level":}'])).toMatchObject({ level: 'Info', message: '{"level":}' });
  });
});

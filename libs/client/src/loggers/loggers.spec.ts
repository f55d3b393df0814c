import { entryOf as pinoEntry } from './pino.ts';
import { entryOf as winstonEntry } from './winston.ts';

describe('a line of pino', () => {
  it('becomes a log entry', () => {
    const line = { level: 40, time: 1_700_000_000_000, pid: 7, hostname: 'h', msg: 'hello', order: { id: 5 } };
    expect(pinoEntry(JSON.stringify(line))).toEqual({
      level: 'Warn',
      message: 'hello',
      timestamp: 1_700_000_000_000,
      properties: { pid: 7, hostname: 'h', order: { id: 5 } },
    });
  });

  it('may have levels and times as text, and an error', () => {
    const err = { type: 'TypeError', message: 'boom', stack: 'TypeError: boom\n    at f (a.js:1:2)' };
    const entry = pinoEntry(JSON.stringify({ level: 'info', time: '2026-01-01T00:00:00Z', err }));
    expect(entry).toMatchObject({ level: 'info', timestamp: Date.UTC(2026, 0, 1), properties: {} });
    expect(entry.exception).toMatchObject({ name: 'TypeError', message: 'boom', stack: err.stack });
  });

  it.each(['no json', '[1]', '5'])('that is %j is a message', (line) => expect(pinoEntry(line)).toEqual({ message: line }));

  it.each([
    [10, 'Debug'],
    [25, 'Info'],
    [60, 'Fatal'],
    [99, 'Fatal'],
  ])('of level %i is %s', (level, name) => {
    expect(pinoEntry(JSON.stringify({ level })).level).toBe(name);
  });
});

it('an entry of winston becomes one too', () => {
  const info = {
    level: '\u001b[32minfo\u001b[39m',
    message: 'hello',
    stack: 's',
    timestamp: '2026-01-01T00:00:00Z',
    order: 5,
    [Symbol.for('level')]: 'info',
  };
  expect(winstonEntry(info)).toEqual({
    level: 'info',
    message: 'hello',
    stackTrace: 's',
    timestamp: new Date(Date.UTC(2026, 0, 1)),
    properties: { order: 5 },
  });
});

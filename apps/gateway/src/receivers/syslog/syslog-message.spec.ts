import { parseSyslog } from './syslog-message.ts';

const NOW = Date.UTC(2026, 0, 10, 12);
const parse = (text: string, offsetMinutes = 0) => {
  const { structuredData, timestamp, ...message } = parseSyslog(text, NOW, offsetMinutes);
  const data = Object.fromEntries([...structuredData].map(([id, parameters]) => [id, Object.fromEntries(parameters)]));
  const time = timestamp === undefined ? undefined : new Date(Number(timestamp / 10_000n)).toISOString();
  return Object.fromEntries(
    Object.entries({ ...message, time, ...(structuredData.size > 0 ? { data } : {}) }).filter(([, value]) => value !== undefined),
  );
};

describe('a message of RFC 5424', () => {
  it.each<[string, object]>([
    [
      "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \uFEFF'su root' failed for lonvick on /dev/pts/8",
      {
        facility: 4,
        severity: 2,
        time: '2003-10-11T22:14:15.003Z',
        host: 'mymachine.example.com',
        application: 'su',
        messageId: 'ID47',
        message: "'su root' failed for lonvick on /dev/pts/8",
      },
    ],
    [
      "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.",
      {
        facility: 20,
        severity: 5,
        time: '2003-08-24T12:14:15.000Z',
        host: '192.0.2.1',
        application: 'myproc',
        processId: '8710',
        message: "%% It's time to make the do-nuts.",
      },
    ],
    [
      '<165>1 2003-10-11T22:14:15.003Z h evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="App \\"x\\" \\] \\\\"][e2@1 class="high" class="low"]',
      {
        facility: 20,
        severity: 5,
        time: '2003-10-11T22:14:15.003Z',
        host: 'h',
        application: 'evntslog',
        messageId: 'ID47',
        message: '',
        data: { 'exampleSDID@32473': { iut: ['3'], eventSource: ['App "x" ] \\'] }, 'e2@1': { class: ['high', 'low'] } },
      },
    ],
    ['<0>1 - - - - - -', { facility: 0, severity: 0, message: '' }],
  ])('%s', (text, message) => expect(parse(text)).toEqual(message));
});

describe('a message of RFC 3164, or of nobody', () => {
  it.each<[string, object]>([
    [
      "<34>Jan  9 22:14:15 mymachine su: 'su root' failed",
      { facility: 4, severity: 2, time: '2026-01-09T22:14:15.000Z', host: 'mymachine', application: 'su', message: "'su root' failed" },
    ],
    [
      '<30>Dec 31 23:59:59 web-1 nginx[812]: GET / 200',
      {
        facility: 3,
        severity: 6,
        time: '2025-12-31T23:59:59.000Z',
        host: 'web-1',
        application: 'nginx',
        processId: '812',
        message: 'GET / 200',
      },
    ],
    [
      '<13>Jan 10 11:00:00 cron[7]: no host',
      { facility: 1, severity: 5, time: '2026-01-10T11:00:00.000Z', application: 'cron', processId: '7', message: 'no host' },
    ],
    [
      '<13>2026-01-10T11:00:00.5+01:00 h app: iso',
      { facility: 1, severity: 5, time: '2026-01-10T10:00:00.500Z', host: 'h', application: 'app', message: 'iso' },
    ],
    ['<13>app: no time', { facility: 1, severity: 5, application: 'app', message: 'no time' }],
    ['<191>just text', { facility: 23, severity: 7, message: 'just text' }],
    ['no priority', { facility: 1, severity: 5, message: 'no priority' }],
    ['<192>x', { facility: 1, severity: 5, message: '<192>x' }],
    ['<13>1 yesterday h a - - - m', { facility: 1, severity: 5, message: '1 yesterday h a - - - m' }],
    ['<13>1 - h a - - [broken', { facility: 1, severity: 5, message: '1 - h a - - [broken' }],
    [
      '<13>Feb 29 00:00:00 h a: leap',
      { facility: 1, severity: 5, time: '2024-02-29T00:00:00.000Z', host: 'h', application: 'a', message: 'leap' },
    ],
    ['<13>Jan 99 00:00:00 h a: no day', { facility: 1, severity: 5, message: 'Jan 99 00:00:00 h a: no day' }],
  ])('%s', (text, message) => expect(parse(text)).toEqual(message));

  it('has the time zone that is set', () => {
    expect(parse('<13>Jan 10 11:00:00 h a: x', 300)).toMatchObject({ time: '2026-01-10T06:00:00.000Z' });
  });
});

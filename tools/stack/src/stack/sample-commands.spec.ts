import { execFileSync } from 'node:child_process';
import { graphiteLine, type HerculesEvent, readBatch } from '@hercules/protocol';
import type { Endpoints } from './endpoints.ts';
import { printfText, sampleCommands } from './sample-commands.ts';

const ENDPOINTS: Endpoints = {
  kafka: '127.0.0.1:1',
  elasticsearch: 'http://127.0.0.1:2',
  gateway: {
    http: 'http://127.0.0.1:3',
    grpc: '127.0.0.1:4',
    otlpHttp: 'http://127.0.0.1:13',
    graphite: '127.0.0.1:6303',
    graphitePickle: '127.0.0.1:6304',
    syslog: '127.0.0.1:6305',
  },
  managementApi: 'http://127.0.0.1:5',
  elasticSink: 'http://127.0.0.1:6',
  graphite: { plaintext: '127.0.0.1:7', pickle: '127.0.0.1:8', render: 'http://127.0.0.1:9' },
  graphiteSink: 'http://127.0.0.1:10',
  queryApi: 'http://127.0.0.1:11',
  cassandraSink: 'http://127.0.0.1:12',
  masterKey: 'master',
  demo: { apiKey: 'key', streams: [] },
  dataDir: '/data',
  pids: {},
};

const AWKWARD = '\x001%s\\n\'"`$';

describe('printfText', () => {
  it('survives a shell, whatever the bytes are', () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const script = `printf '${printfText(Buffer.concat([bytes, Buffer.from(AWKWARD)]))}'`;
    for (const shell of ['sh', 'bash']) {
      expect(execFileSync(shell, ['-c', script]).subarray(0, 256)).toEqual(bytes);
      expect(execFileSync(shell, ['-c', script]).subarray(256).toString()).toBe(AWKWARD);
    }
  });
});

describe('sampleCommands', () => {
  const commands = sampleCommands(ENDPOINTS, 1_764_042_468_611);
  const commandOf = (title: RegExp): string => commands.find((candidate) => title.test(candidate.title))!.command;
  const sentBy = (command: string): HerculesEvent[] => readBatch(execFileSync('sh', ['-c', command.slice(0, command.indexOf(' | curl'))]));

  it('sends a batch of one event of now', () => {
    const [event, ...more] = sentBy(commandOf(/^Send an event/));
    expect(more).toEqual([]);
    expect(event!.timestamp).toBe(17_640_424_686_110_000n);
    expect(event!.payload.get('message')).toEqual({ type: 'string', value: 'Hello from the terminal' });
  });

  it('sends a metric that graphite-sink understands', () => {
    const [event] = sentBy(commandOf(/^Send a metric/));
    const line = graphiteLine(event!, { tags: true, replaceDots: false });
    expect(line).toBe('hello_from_terminal;application=terminal 42.000000 1764042468\n');
  });

  it('sends two spans of the trace that it reads back', () => {
    const [query, request] = sentBy(commandOf(/^Send a trace/));
    const traceId = query!.payload.get('traceId')!.value as string;
    expect(request!.payload.get('traceId')!.value).toBe(traceId);
    expect(query!.payload.get('parentSpanId')).toEqual(request!.payload.get('spanId'));
    expect(commandOf(/^Read it back/)).toContain(`/trace?traceId=${traceId}`);
  });

  it('leaves out what was not started', () => {
    const { elasticsearch: _, graphite: __, queryApi: ___, ...few } = ENDPOINTS;
    expect(sampleCommands(few).map(({ title }) => title)).toEqual(['Create a stream']);
  });
});

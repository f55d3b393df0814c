import { execFileSync } from 'node:child_process';
import { readBatch } from '@hercules/protocol';
import type { Endpoints } from './endpoints.ts';
import { printfText, sampleCommands } from './sample-commands.ts';

const ENDPOINTS: Endpoints = {
  kafka: '127.0.0.1:1',
  elasticsearch: 'http://127.0.0.1:2',
  gateway: { http: 'http://127.0.0.1:3', grpc: '127.0.0.1:4' },
  managementApi: 'http://127.0.0.1:5',
  elasticSink: 'http://127.0.0.1:6',
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
  it('sends a batch of one event of now', () => {
    const [send] = sampleCommands(ENDPOINTS, 1_764_042_468_611);
    const batch = execFileSync('sh', ['-c', send!.command.slice(0, send!.command.indexOf(' | curl'))]);
    const [event, ...more] = readBatch(batch);
    expect(more).toEqual([]);
    expect(event!.timestamp).toBe(17_640_424_686_110_000n);
    expect(event!.payload.get('message')).toEqual({ type: 'string', value: 'Hello from the terminal' });
  });
});

import { encodeBatch, msToTicks, tag, UuidV1Generator } from '@hercules/protocol';
import type { Endpoints } from './endpoints.ts';
import { DEMO_STREAMS } from './management-client.ts';

/** Three commands to copy into a shell: send an event, find it, create a stream. */
export function sampleCommands(endpoints: Endpoints, nowMs = Date.now()): { title: string; command: string }[] {
  const batch = encodeBatch([
    {
      version: 1,
      timestamp: msToTicks(nowMs),
      uuid: new UuidV1Generator().next(),
      payload: new Map([
        ['level', tag.string('Info')],
        ['message', tag.string('Hello from the terminal')],
        ['properties', tag.container({ project: tag.string('hello'), environment: tag.string('local') })],
      ]),
    },
  ]);
  const { gateway, elasticsearch, managementApi, demo, masterKey } = endpoints;
  const stream = '{"type":"base","name":"logs_mine","partitions":3,"shardingKey":[],"ttl":86400000,"description":"My logs"}';
  return [
    {
      title: `Send an event to the stream ${DEMO_STREAMS.first} (a binary batch of one event, made for now)`,
      command:
        `printf '${printfText(batch)}' | curl -sS -w ' HTTP %{http_code}\\n' --data-binary @- -H 'Authorization: Hercules apiKey ${demo.apiKey}'` +
        ` -H 'Content-Type: application/octet-stream' '${gateway.http}/stream/send?stream=${DEMO_STREAMS.first}'`,
    },
    {
      title: 'Find it in Elasticsearch, two seconds later',
      command: `curl -sS '${elasticsearch}/hercules-logs-*/_search?q=message:terminal&sort=@timestamp:desc&size=1&pretty'`,
    },
    {
      title: 'Create a stream',
      command:
        `curl -sS -w ' HTTP %{http_code}\\n' -H 'Authorization: Hercules masterApiKey ${masterKey}' -H 'Content-Type: application/json'` +
        ` -d '${stream}' '${managementApi}/streams/create'`,
    },
  ];
}

/** Any bytes as the single-quoted argument of `printf` in every POSIX shell: octal escapes of three digits, readable text as it is. */
export function printfText(bytes: Buffer): string {
  let text = '';
  for (const byte of bytes) {
    const char = String.fromCharCode(byte);
    text += /[A-Za-z0-9 _.:,/-]/.test(char) ? char : `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return text;
}

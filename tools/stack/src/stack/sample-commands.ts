import { encodeBatch, type HerculesEvent } from '@hercules/protocol';
import type { Endpoints } from './endpoints.ts';
import { DEMO_STREAMS } from './management-client.ts';
import { SAMPLE_METRIC, sampleLog, sampleMetric, sampleTrace } from './sample-events.ts';

export interface SampleCommand {
  readonly title: string;
  readonly command: string;
}

/** Commands to copy into a shell: for each signal that is delivered, send an event and find it; and create a stream. */
export function sampleCommands(endpoints: Endpoints, nowMs = Date.now()): SampleCommand[] {
  const { elasticsearch, graphite, queryApi, cassandraSink, elasticSink, graphiteSink } = endpoints;
  return [
    ...(elasticsearch && elasticSink ? logCommands(endpoints, elasticsearch, nowMs) : []),
    ...(graphite && graphiteSink ? metricCommands(endpoints, graphite.render, nowMs) : []),
    ...(queryApi && cassandraSink ? traceCommands(endpoints, queryApi, nowMs) : []),
    createCommand(endpoints),
  ];
}

function logCommands(endpoints: Endpoints, elasticsearch: string, nowMs: number): SampleCommand[] {
  return [
    {
      title: `Send an event to the stream ${DEMO_STREAMS.first} (a binary batch of one event, made for now)`,
      command: sendCommand(endpoints, DEMO_STREAMS.first, [sampleLog(nowMs)]),
    },
    {
      title: 'Find it in Elasticsearch, a few seconds later',
      command: `curl -sS '${elasticsearch}/hercules-logs-*/_search?q=message:terminal&sort=@timestamp:desc&size=1&pretty'`,
    },
  ];
}

function metricCommands(endpoints: Endpoints, render: string, nowMs: number): SampleCommand[] {
  const target = encodeURIComponent(`seriesByTag("name=${SAMPLE_METRIC}")`);
  return [
    {
      title: `Send a metric to the stream ${DEMO_STREAMS.metrics}`,
      command: sendCommand(endpoints, DEMO_STREAMS.metrics, [sampleMetric(nowMs)]),
    },
    {
      title: 'Find it in Graphite, a few seconds later',
      command: `curl -sS '${render}/render?target=${target}&from=-6h&format=json&noNullPoints=true'`,
    },
  ];
}

function traceCommands(endpoints: Endpoints, queryApi: string, nowMs: number): SampleCommand[] {
  const { traceId, spans } = sampleTrace(nowMs);
  return [
    {
      title: `Send a trace of two spans to the stream ${DEMO_STREAMS.traces}`,
      command: sendCommand(endpoints, DEMO_STREAMS.traces, spans),
    },
    {
      title: 'Read it back, a few seconds later',
      command: `curl -sS -H '${apiKeyHeader(endpoints)}' '${queryApi}/trace?traceId=${traceId}'`,
    },
  ];
}

function createCommand({ masterKey, managementApi }: Endpoints): SampleCommand {
  const stream = '{"type":"base","name":"logs_mine","partitions":3,"shardingKey":[],"ttl":86400000,"description":"My logs"}';
  return {
    title: 'Create a stream',
    command:
      `curl -sS -w ' HTTP %{http_code}\\n' -H 'Authorization: Hercules masterApiKey ${masterKey}' -H 'Content-Type: application/json'` +
      ` -d '${stream}' '${managementApi}/streams/create'`,
  };
}

function sendCommand(endpoints: Endpoints, stream: string, events: readonly HerculesEvent[]): string {
  return (
    `printf '${printfText(encodeBatch(events))}' | curl -sS -w ' HTTP %{http_code}\\n' --data-binary @- -H '${apiKeyHeader(endpoints)}'` +
    ` -H 'Content-Type: application/octet-stream' '${endpoints.gateway.http}/stream/send?stream=${stream}'`
  );
}

function apiKeyHeader({ demo }: Endpoints): string {
  return `Authorization: Hercules apiKey ${demo.apiKey}`;
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

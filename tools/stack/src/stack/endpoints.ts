import { COMPONENT_NAMES, type ComponentName } from './component-name.ts';
import { DEMO_STREAMS } from './management-client.ts';
import { type ProcessRecords, writeFileAtomically } from './process-records.ts';
import type { StackKeys } from './stack-keys.ts';
import type { StackLayout } from './stack-layout.ts';
import type { StackPorts } from './stack-ports.ts';

/** What stands in .stack/endpoints.json: where everything is, for people and programs. */
export interface Endpoints {
  /** host:port */
  readonly kafka: string;
  /** Base URL */
  readonly elasticsearch: string;
  /** Base URL, and host:port */
  readonly gateway: { readonly http: string; readonly grpc: string };
  /** Base URL */
  readonly managementApi: string;
  /** Base URL of the sink's status and metrics */
  readonly elasticSink: string;
  readonly masterKey: string;
  readonly demo: { readonly apiKey: string; readonly streams: readonly string[] };
  readonly dataDir: string;
  readonly pids: Readonly<Partial<Record<ComponentName | 'supervisor', number>>>;
}

export function endpointsOf(layout: StackLayout, ports: StackPorts, keys: StackKeys, records: ProcessRecords): Endpoints {
  const pids: Partial<Record<ComponentName | 'supervisor', number>> = {};
  for (const name of [...COMPONENT_NAMES, 'supervisor' as const]) {
    const identity = records.alive(name);
    if (identity) pids[name] = identity.pid;
  }
  return {
    kafka: `127.0.0.1:${ports.kafka}`,
    elasticsearch: `http://127.0.0.1:${ports.elasticsearch}`,
    gateway: { http: `http://127.0.0.1:${ports.gatewayHttp}`, grpc: `127.0.0.1:${ports.gatewayGrpc}` },
    managementApi: `http://127.0.0.1:${ports.managementApi}`,
    elasticSink: `http://127.0.0.1:${ports.elasticSink}`,
    masterKey: keys.masterKey,
    demo: { apiKey: keys.apiKey, streams: [DEMO_STREAMS.own, DEMO_STREAMS.first] },
    dataDir: layout.dataDir,
    pids,
  };
}

/** The file holds keys, so only its owner can read it. */
export function writeEndpoints(layout: StackLayout, endpoints: Endpoints): void {
  writeFileAtomically(layout.endpointsFile, `${JSON.stringify(endpoints, null, 2)}\n`, 0o600);
}

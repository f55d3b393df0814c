import { MethodCounters } from '@hercules/gateway/intake-counters.ts';
import { ZipkinDoor } from '@hercules/gateway/receivers/zipkin/zipkin-door.ts';
import { encodeSpans } from '@hercules/gateway/receivers/zipkin/zipkin-proto.fixture.ts';
import type { FuzzTarget } from '../fuzz-target.ts';
import { readSeeds } from '../read-seeds.ts';
import { askDoor, TakenBatches } from './gateway-door.ts';
import { hostileJson, JSON_TOKENS } from './json-inputs.ts';
import { repeatedField } from './protobuf-inputs.ts';

const SPAN = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  parentId: '6b221d5bc9e6496c',
  id: '352bff9a74ca9ad2',
  kind: 'CLIENT',
  name: 'get /straße',
  timestamp: 1_764_000_000_000_000,
  duration: 1431,
  localEndpoint: { serviceName: 'front', ipv4: '192.168.99.1', port: 3306 },
  remoteEndpoint: { serviceName: 'cart', ipv6: '2001:db8::c001' },
  annotations: [{ timestamp: 1_764_000_000_000_100, value: 'ws' }],
  tags: { 'http.method': 'GET', 'http.status_code': '503', error: 'yes', kind: 'own' },
  shared: true,
};

/** `POST /api/v2/spans` in JSON. */
export function zipkinJson(): FuzzTarget {
  return {
    ...target('application/json'),
    seeds: [...readSeeds('zipkin-json'), Buffer.from(JSON.stringify([SPAN, { traceId: '1', id: '2', debug: true }]))],
    hostile: hostileJson((value) => `[{"traceId":"1","id":"2","tags":${value}}]`),
    tokens: [...JSON_TOKENS, ...Object.keys(SPAN).map((key) => Buffer.from(`"${key}":`))],
  };
}

/** `POST /api/v2/spans` in protobuf. */
export function zipkinProtobuf(): FuzzTarget {
  const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
  const span = {
    trace_id: bytes(SPAN.traceId),
    parent_id: bytes(SPAN.parentId),
    id: bytes(SPAN.id),
    kind: 'SERVER',
    name: SPAN.name,
    timestamp: String(SPAN.timestamp),
    duration: SPAN.duration,
    local_endpoint: { service_name: 'front', ipv4: Buffer.from([10, 0, 0, 1]), ipv6: Buffer.alloc(16, 1), port: 80 },
    annotations: [{ timestamp: String(SPAN.timestamp), value: 'sr' }],
    tags: SPAN.tags,
    debug: true,
  };
  return {
    ...target('application/x-protobuf'),
    seeds: [...readSeeds('zipkin-proto'), encodeSpans(span, { trace_id: bytes('01'), id: bytes('02') })],
    hostile: [repeatedField(1, 100_000), repeatedField(1, 1, repeatedField(11, 60_000, repeatedField(1, 1, Buffer.from('k'))))],
  };
}

function target(contentType: string): Pick<FuzzTarget, 'run'> {
  const taken = new TakenBatches();
  const counters = new MethodCounters('zipkin', 'spans', { observe: () => undefined });
  const door = new ZipkinDoor(taken as never, { stream: 'traces', maxEventSizeBytes: 500_000 }, counters);
  return {
    run: async (body) => {
      await askDoor(door, taken, { path: '/api/v2/spans', headers: { 'content-type': contentType }, body });
    },
  };
}

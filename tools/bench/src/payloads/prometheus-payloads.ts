import { doubleField, field, varint, varintField } from './proto-bytes.ts';

const SERIES = 500;

/**
 * `prometheus.WriteRequest` (remote write 1.0) with a sample each for so many series of six labels, as one literal of a snappy block, which is
 * what a compressor may write. Source: prometheus.io/docs/specs/prw/remote_write_spec, google/snappy's format_description.txt.
 */
export function prometheusSamples(count: number): Buffer {
  const now = Date.now();
  const message = Buffer.concat(
    Array.from({ length: count }, (_, i) =>
      field(1, [
        ...labels(i).map(([name, value]) => field(1, [field(1, name), field(2, value)])),
        field(2, [doubleField(1, (i % 100_000) / 7), varintField(2, now)]),
      ]),
    ),
  );
  return snappyLiteral(message);
}

function labels(i: number): [string, string][] {
  return [
    ['__name__', `http_requests_route${i % SERIES}_p99`],
    ['environment', 'staging'],
    ['instance', `vm-orders-${i % 16}:9090`],
    ['job', 'orders-api'],
    ['project', 'bench'],
    ['unit', 'ms'],
  ];
}

/** Tag byte of a literal whose length stands in four bytes behind it. */
const LITERAL_WITH_LENGTH_32 = 63 << 2;

function snappyLiteral(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length - 1);
  return Buffer.concat([varint(bytes.length), Buffer.from([LITERAL_WITH_LENGTH_32]), length, bytes]);
}

import { Metadata, status } from '@grpc/grpc-js';
import { outcomeOf } from './grpc-transport.ts';

/** A google.rpc.Status that holds a RetryInfo of 1.5 s. */
function retryInfo(): Buffer {
  const field = (key: number, bytes: Buffer): Buffer => Buffer.concat([Buffer.from([key, bytes.length]), bytes]);
  const duration = Buffer.from([0x08, 1, 0x10, 0x80, 0xca, 0xb5, 0xee, 0x01]);
  return field(0x1a, field(0x12, field(0x0a, duration)));
}

const withDetails = (bytes: Buffer): Metadata => {
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', bytes);
  return metadata;
};

describe('outcomeOf', () => {
  it.each([
    'A message may have at most 200000 bytes',
    'Received message larger than max (5 vs 4)',
    'gRPC message exceeds maximum size 4: 5',
  ])('takes RESOURCE_EXHAUSTED with "%s" for a message that is too large', (details) => {
    const outcome = outcomeOf('grpc://a', { code: status.RESOURCE_EXHAUSTED, details, metadata: new Metadata() });
    expect(outcome).toMatchObject({ kind: 'refused', error: { code: 'PAYLOAD_TOO_LARGE' } });
  });

  it.each(['Bandwidth exhausted or memory limit exceeded', 'rate limited'])('takes it with "%s" for a gateway that is busy', (details) => {
    const outcome = outcomeOf('grpc://a', { code: status.RESOURCE_EXHAUSTED, details, metadata: new Metadata() });
    expect(outcome).toMatchObject({ kind: 'busy', error: { code: 'THROTTLED' } });
  });

  it.each([status.RESOURCE_EXHAUSTED, status.UNAVAILABLE])('comes back when RetryInfo says so, whatever the text says (%d)', (code) => {
    const details = 'The request is larger than the capacity; at most 5 bytes';
    expect(outcomeOf('grpc://a', { code, details, metadata: withDetails(retryInfo()) })).toMatchObject({
      kind: 'busy',
      retryAfterMs: 1500,
    });
  });

  it('goes elsewhere when a gateway is away', () => {
    const outcome = outcomeOf('grpc://a', { code: status.UNAVAILABLE, details: 'No connection', metadata: new Metadata() });
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'BACKEND_UNAVAILABLE' } });
  });
});

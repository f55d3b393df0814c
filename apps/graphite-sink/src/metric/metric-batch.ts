import { ByteSink } from '@hercules/protocol';
import type { MetricEncoder } from './metric-encoder.ts';

/** Points on their way to Graphite, as they are sent. Reused from write to write. */
export class MetricBatch {
  readonly out = new ByteSink();
  readonly encoder: MetricEncoder;

  /** @param encoder its own, because a list of points may be open in it */
  constructor(encoder: MetricEncoder) {
    this.encoder = encoder;
  }

  reset(): void {
    this.out.reset();
    this.encoder.reset();
  }

  /** The bytes to be sent: valid until the next point. */
  finished(): Buffer {
    this.encoder.finish(this.out);
    return this.out.bytes();
  }
}

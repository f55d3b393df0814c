import { HerculesError } from '@hercules/protocol';
import type { BatchIntake, BatchSubmission } from '../../batch-intake.ts';
import type { StreamRoute } from '../../stream-access.ts';

/** What became of a batch: taken and acknowledged by Kafka, or an error. */
export interface BatchOutcome {
  /** Events that Kafka has, if there is no error. */
  readonly accepted: number;
  /** Events that content validation has dropped. */
  readonly filtered: number;
  /** Refused, or not acknowledged (then it may be in Kafka all the same). */
  readonly error: HerculesError | undefined;
}

export interface DeliverableBatch {
  readonly route: StreamRoute;
  readonly batch: Buffer;
  /** See {@link BatchSubmission.bounds}. */
  readonly bounds?: Uint32Array;
  /** Told once, when the bytes of the batch are not needed any more, which is long before Kafka has acknowledged its events. */
  readonly onTaken?: () => void;
}

/**
 * Gives batches to the intake and waits until Kafka has acknowledged each of them, or will not.
 * @param isAbandoned true once nobody waits for the answer any more
 * @returns an outcome for each batch; never rejects
 */
export function deliverBatches(
  intake: Pick<BatchIntake, 'submit'>,
  batches: readonly DeliverableBatch[],
  isAbandoned: () => boolean,
): Promise<BatchOutcome[]> {
  return Promise.all(
    batches.map((batch) => new Promise<BatchOutcome>((resolve) => intake.submit(new DoorSubmission(batch, isAbandoned, resolve)))),
  );
}

/** Throws the first error there is: for protocols that cannot say that a part was taken. */
export function throwFailure(outcomes: readonly BatchOutcome[]): void {
  for (const { error } of outcomes) if (error !== undefined) throw error;
}

/** INTERNAL comes from Kafka here, after the events were given to it: nobody knows whether it has them, so they are worth a repetition. */
export function repeatable(error: HerculesError): HerculesError {
  if (error.retryable || error.code !== 'INTERNAL') return error;
  return new HerculesError('KAFKA_UNAVAILABLE', error.message, { cause: error });
}

class DoorSubmission implements BatchSubmission {
  readonly route: StreamRoute;
  readonly bounds: Uint32Array | undefined;
  readonly #delivered: DeliverableBatch;
  readonly #isAbandoned: () => boolean;
  readonly #resolve: (outcome: BatchOutcome) => void;
  #accepted = 0;
  #filtered = 0;

  constructor(delivered: DeliverableBatch, isAbandoned: () => boolean, resolve: (outcome: BatchOutcome) => void) {
    this.route = delivered.route;
    this.bounds = delivered.bounds;
    this.#delivered = delivered;
    this.#isAbandoned = isAbandoned;
    this.#resolve = resolve;
  }

  get batchLength(): number {
    return this.#delivered.batch.length;
  }

  get isAbandoned(): boolean {
    return this.#isAbandoned();
  }

  takeBatch(): Buffer {
    return this.#delivered.batch;
  }

  onAppended(accepted: number, filtered: number): void {
    this.#accepted = accepted;
    this.#filtered = filtered;
    this.#delivered.onTaken?.();
  }

  onDelivered(error: HerculesError | undefined): void {
    this.#resolve({ accepted: error === undefined ? this.#accepted : 0, filtered: this.#filtered, error });
  }

  onRefused(error: HerculesError): void {
    this.#delivered.onTaken?.();
    this.#resolve({ accepted: 0, filtered: 0, error });
  }
}

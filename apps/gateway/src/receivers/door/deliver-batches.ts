import type { HerculesError } from '@hercules/protocol';
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

/**
 * Gives batches to the intake and waits until Kafka has acknowledged each of them, or will not.
 * @param isAbandoned true once nobody waits for the answer any more
 * @returns an outcome for each batch; never rejects
 */
export function deliverBatches(
  intake: Pick<BatchIntake, 'submit'>,
  batches: readonly { readonly route: StreamRoute; readonly batch: Buffer }[],
  isAbandoned: () => boolean,
): Promise<BatchOutcome[]> {
  return Promise.all(
    batches.map(
      ({ route, batch }) => new Promise<BatchOutcome>((resolve) => intake.submit(new DoorSubmission(route, batch, isAbandoned, resolve))),
    ),
  );
}

class DoorSubmission implements BatchSubmission {
  readonly route: StreamRoute;
  readonly #batch: Buffer;
  readonly #isAbandoned: () => boolean;
  readonly #resolve: (outcome: BatchOutcome) => void;
  #accepted = 0;
  #filtered = 0;

  constructor(route: StreamRoute, batch: Buffer, isAbandoned: () => boolean, resolve: (outcome: BatchOutcome) => void) {
    this.route = route;
    this.#batch = batch;
    this.#isAbandoned = isAbandoned;
    this.#resolve = resolve;
  }

  get batchLength(): number {
    return this.#batch.length;
  }

  get isAbandoned(): boolean {
    return this.#isAbandoned();
  }

  takeBatch(): Buffer {
    return this.#batch;
  }

  onAppended(accepted: number, filtered: number): void {
    this.#accepted = accepted;
    this.#filtered = filtered;
  }

  onDelivered(error: HerculesError | undefined): void {
    this.#resolve({ accepted: error === undefined ? this.#accepted : 0, filtered: this.#filtered, error });
  }

  onRefused(error: HerculesError): void {
    this.#resolve({ accepted: 0, filtered: 0, error });
  }
}

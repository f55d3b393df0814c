import { HerculesError } from '@hercules/protocol';
import { BROKER_ERROR, brokerErrorName, isLeadershipError } from './broker-error-codes.ts';

/** Error codes of the Kafka protocol that a producer acts on (Kafka documentation, "Protocol Error Codes"). */
const CODE = {
  MESSAGE_TOO_LARGE: 10,
  RECORD_LIST_TOO_LARGE: 18,
  NOT_ENOUGH_REPLICAS: 19,
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 20,
  OUT_OF_ORDER_SEQUENCE_NUMBER: 45,
  DUPLICATE_SEQUENCE_NUMBER: 46,
  INVALID_PRODUCER_EPOCH: 47,
  UNKNOWN_PRODUCER_ID: 59,
} as const;

/**
 * What becomes of a batch after the broker's answer. `done`: it is written. `retry`: later it may be. `new-producer-id`: the broker does not know our
 * sequence any more; the batch was not written and is sent under a new identity. `fail`: never.
 */
export type ProduceOutcome = 'done' | 'retry' | 'new-producer-id' | 'fail';

export function produceOutcome(errorCode: number): ProduceOutcome {
  switch (errorCode) {
    case BROKER_ERROR.NONE:
    case CODE.DUPLICATE_SEQUENCE_NUMBER: // an earlier try was written and its answer lost
      return 'done';
    case CODE.OUT_OF_ORDER_SEQUENCE_NUMBER:
    case CODE.INVALID_PRODUCER_EPOCH:
    case CODE.UNKNOWN_PRODUCER_ID:
      return 'new-producer-id';
    case BROKER_ERROR.CORRUPT_MESSAGE: // damaged on its way
    case CODE.NOT_ENOUGH_REPLICAS:
    case CODE.NOT_ENOUGH_REPLICAS_AFTER_APPEND:
      return 'retry';
    default:
      return isLeadershipError(errorCode) ? 'retry' : 'fail';
  }
}

/** The error of a batch that is given up. */
export function produceError(errorCode: number, topic: string, partition: number): HerculesError {
  const where = `${topic}/${partition}`;
  switch (errorCode) {
    case CODE.MESSAGE_TOO_LARGE:
    case CODE.RECORD_LIST_TOO_LARGE:
      return new HerculesError(
        'PAYLOAD_TOO_LARGE',
        `Kafka refuses records for ${where} because of their size (max.message.bytes of the topic)`,
      );
    case BROKER_ERROR.UNKNOWN_TOPIC_OR_PARTITION:
      return new HerculesError('STREAM_NOT_FOUND', `Kafka has no partition ${where}`);
    case CODE.NOT_ENOUGH_REPLICAS:
    case CODE.NOT_ENOUGH_REPLICAS_AFTER_APPEND:
      return new HerculesError('KAFKA_UNAVAILABLE', `too few replicas of ${where} are in sync`);
    default:
      return new HerculesError(
        produceOutcome(errorCode) === 'retry' ? 'KAFKA_UNAVAILABLE' : 'INTERNAL',
        `Kafka refuses records for ${where}: ${brokerErrorName(errorCode)}`,
      );
  }
}

/** Error codes of the Kafka protocol that consumers act on (Kafka documentation, "Protocol Error Codes"). */
export const BROKER_ERROR = {
  NONE: 0,
  OFFSET_OUT_OF_RANGE: 1,
  CORRUPT_MESSAGE: 2,
  UNKNOWN_TOPIC_OR_PARTITION: 3,
  LEADER_NOT_AVAILABLE: 5,
  NOT_LEADER_OR_FOLLOWER: 6,
  REQUEST_TIMED_OUT: 7,
  BROKER_NOT_AVAILABLE: 8,
  REPLICA_NOT_AVAILABLE: 9,
  NETWORK_EXCEPTION: 13,
  COORDINATOR_LOAD_IN_PROGRESS: 14,
  COORDINATOR_NOT_AVAILABLE: 15,
  NOT_COORDINATOR: 16,
  ILLEGAL_GENERATION: 22,
  INCONSISTENT_GROUP_PROTOCOL: 23,
  UNKNOWN_MEMBER_ID: 25,
  REBALANCE_IN_PROGRESS: 27,
  TOPIC_AUTHORIZATION_FAILED: 29,
  GROUP_AUTHORIZATION_FAILED: 30,
  KAFKA_STORAGE_ERROR: 56,
  FENCED_LEADER_EPOCH: 74,
  UNKNOWN_LEADER_EPOCH: 75,
  OFFSET_NOT_AVAILABLE: 78,
  MEMBER_ID_REQUIRED: 79,
  UNSTABLE_OFFSET_COMMIT: 88,
} as const;

const NAMES = new Map<number, string>(Object.entries(BROKER_ERROR).map(([name, code]) => [code, name]));

/** The name of an error code for logs. */
export function brokerErrorName(code: number): string {
  return NAMES.get(code) ?? `error code ${code}`;
}

/** The coordinator is elsewhere or not ready: find it again and ask once more. */
export function isCoordinatorError(code: number): boolean {
  return (
    code === BROKER_ERROR.COORDINATOR_LOAD_IN_PROGRESS ||
    code === BROKER_ERROR.COORDINATOR_NOT_AVAILABLE ||
    code === BROKER_ERROR.NOT_COORDINATOR ||
    code === BROKER_ERROR.REQUEST_TIMED_OUT
  );
}

/** The member is not part of the group's present generation: it has to join again. */
export function isMembershipError(code: number): boolean {
  return code === BROKER_ERROR.ILLEGAL_GENERATION || code === BROKER_ERROR.UNKNOWN_MEMBER_ID || code === BROKER_ERROR.REBALANCE_IN_PROGRESS;
}

/** The partition is led elsewhere, or not at the moment: fresh metadata and another try will do. */
export function isLeadershipError(code: number): boolean {
  switch (code) {
    case BROKER_ERROR.UNKNOWN_TOPIC_OR_PARTITION:
    case BROKER_ERROR.LEADER_NOT_AVAILABLE:
    case BROKER_ERROR.NOT_LEADER_OR_FOLLOWER:
    case BROKER_ERROR.REQUEST_TIMED_OUT:
    case BROKER_ERROR.BROKER_NOT_AVAILABLE:
    case BROKER_ERROR.REPLICA_NOT_AVAILABLE:
    case BROKER_ERROR.NETWORK_EXCEPTION:
    case BROKER_ERROR.KAFKA_STORAGE_ERROR:
    case BROKER_ERROR.FENCED_LEADER_EPOCH:
    case BROKER_ERROR.UNKNOWN_LEADER_EPOCH:
    case BROKER_ERROR.OFFSET_NOT_AVAILABLE:
      return true;
    default:
      return false;
  }
}

import { HerculesError, type Logger } from '@hercules/protocol';
import { BROKER_ERROR, brokerErrorName, isCoordinatorError, isMembershipError } from './broker-error-codes.ts';
import type { GroupCoordinator } from './group-coordinator.ts';
import {
  decodeOffsetCommit,
  decodeOffsetFetch,
  encodeOffsetCommit,
  encodeOffsetFetch,
  OFFSET_COMMIT_API,
  OFFSET_FETCH_API,
  type MemberGeneration,
  type PartitionOffset,
} from './group-requests.ts';
import { pause } from './pause.ts';
import type { TopicPartition } from './record-block.ts';

export interface CommitOutcome {
  committed: PartitionOffset[];
  /** Partitions whose topic the cluster does not know any more. */
  unknown: PartitionOffset[];
}

/** The group does not take commits of this generation any more; `code` is Kafka's error code. */
export class CommitRefused extends HerculesError {
  readonly brokerCode: number;

  constructor(code: number) {
    super('CONFLICT', `the group does not take this commit: ${brokerErrorName(code)}`, { retryable: true });
    this.brokerCode = code;
  }
}

const RETRY_FIRST_MS = 50;
const RETRY_MAX_MS = 1000;
/** A topic may be unknown to a coordinator that has just started; after this many tries it counts as deleted. */
const UNKNOWN_TOPIC_TRIES = 3;

/** Reads and writes a group's committed offsets, repeating what may succeed later. */
export class OffsetCommitter {
  readonly #coordinator: GroupCoordinator;
  readonly #logger: Logger;

  constructor(coordinator: GroupCoordinator, logger: Logger) {
    this.#coordinator = coordinator;
    this.#logger = logger;
  }

  /**
   * Commits `offsets` (next to read) for one generation of the group.
   * @param deadlineMs how long to go on repeating
   * @throws CommitRefused when the generation is over; HerculesError KAFKA_UNAVAILABLE after the deadline
   */
  async commit(member: MemberGeneration, offsets: readonly PartitionOffset[], deadlineMs: number): Promise<CommitOutcome> {
    const deadline = performance.now() + deadlineMs;
    const outcome: CommitOutcome = { committed: [], unknown: [] };
    let open = [...offsets];
    for (let attempt = 0; ; attempt++) {
      const problem = await this.#attempt(member, open, attempt, outcome);
      open = open.filter((offset) => !outcome.committed.includes(offset) && !outcome.unknown.includes(offset));
      if (open.length === 0) return outcome;
      const delayMs = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** attempt);
      if (performance.now() + delayMs > deadline) {
        throw new HerculesError('KAFKA_UNAVAILABLE', `${open.length} offsets could not be committed within ${deadlineMs} ms`, {
          cause: problem,
        });
      }
      this.#logger.debug({ err: problem, attempt, delayMs }, 'a commit is repeated');
      await pause(delayMs);
    }
  }

  /** One request; what it settled is added to `outcome`. @returns why something is left over */
  async #attempt(member: MemberGeneration, open: readonly PartitionOffset[], attempt: number, outcome: CommitOutcome): Promise<unknown> {
    let results;
    try {
      const body = encodeOffsetCommit(this.#coordinator.groupId, member, open);
      results = await this.#coordinator.request(OFFSET_COMMIT_API, body, decodeOffsetCommit);
    } catch (error) {
      return error;
    }
    let problem: unknown = 'the answer did not name every partition';
    for (const { topic, partition, errorCode } of results) {
      const offset = open.find((candidate) => candidate.topic === topic && candidate.partition === partition);
      if (offset === undefined) continue;
      if (errorCode === BROKER_ERROR.NONE) outcome.committed.push(offset);
      else if (isMembershipError(errorCode)) throw new CommitRefused(errorCode);
      else if (errorCode === BROKER_ERROR.UNKNOWN_TOPIC_OR_PARTITION && attempt >= UNKNOWN_TOPIC_TRIES) outcome.unknown.push(offset);
      else problem = commitProblem(errorCode);
      if (isCoordinatorError(errorCode)) this.#coordinator.forget();
    }
    return problem;
  }

  /**
   * Committed offsets of partitions; −1 = none.
   * @throws HerculesError KAFKA_UNAVAILABLE when it has to be tried again
   */
  async committed(partitions: readonly TopicPartition[]): Promise<PartitionOffset[]> {
    if (partitions.length === 0) return [];
    const body = encodeOffsetFetch(this.#coordinator.groupId, partitions);
    const { errorCode, offsets } = await this.#coordinator.request(OFFSET_FETCH_API, body, decodeOffsetFetch);
    const code = errorCode || (offsets.find((offset) => offset.errorCode !== BROKER_ERROR.NONE)?.errorCode ?? BROKER_ERROR.NONE);
    if (isCoordinatorError(code)) this.#coordinator.forget();
    if (code !== BROKER_ERROR.NONE)
      throw new HerculesError('KAFKA_UNAVAILABLE', `committed offsets cannot be read: ${brokerErrorName(code)}`);
    return offsets;
  }
}

/** @throws HerculesError when trying again cannot help */
function commitProblem(code: number): HerculesError {
  if (code === BROKER_ERROR.GROUP_AUTHORIZATION_FAILED || code === BROKER_ERROR.TOPIC_AUTHORIZATION_FAILED) {
    throw new HerculesError('PERMISSION_DENIED', `offsets may not be committed: ${brokerErrorName(code)}`);
  }
  return new HerculesError('KAFKA_UNAVAILABLE', brokerErrorName(code));
}

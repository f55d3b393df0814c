import { HerculesError, type Logger } from '@hercules/protocol';
import { BROKER_ERROR, brokerErrorName, isCoordinatorError, isMembershipError } from './broker-error-codes.ts';
import { assignPartitions, ASSIGNORS, decodeAssignment, decodeSubscription, encodeAssignment, type Assignor } from './group-assignment.ts';
import type { GroupCoordinator } from './group-coordinator.ts';
import {
  decodeErrorCode,
  decodeJoinGroup,
  decodeSyncGroup,
  encodeHeartbeat,
  encodeJoinGroup,
  encodeLeaveGroup,
  encodeSyncGroup,
  HEARTBEAT_API,
  JOIN_GROUP_API,
  LEAVE_GROUP_API,
  SYNC_GROUP_API,
  type JoinGroupResponse,
  type MemberGeneration,
} from './group-requests.ts';
import type { TopicPartition } from './record-block.ts';

export interface MembershipOptions {
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  heartbeatIntervalMs: number;
}

/** Called when the group moves on without this member's doing. `lost`: its partitions may already belong to others. */
export type RejoinListener = (reason: string, lost: boolean) => void;

/** Joining again at once is right this often in a row; then the caller's back-off takes over. */
const MAX_JOIN_STEPS = 5;
/** The answer to JoinGroup may take as long as the rebalance, and some more for the way. */
const JOIN_MARGIN_MS = 5000;

/**
 * One member of a consumer group, in the classic group protocol: join, sync (the leader assigns), heartbeats on a timer of their own, leave.
 * It knows nothing of fetching.
 */
export class GroupMembership {
  /** Times that the event loop was held up for longer than a heartbeat interval. */
  blockedLoops = 0;
  readonly #coordinator: GroupCoordinator;
  readonly #options: MembershipOptions;
  readonly #onRejoin: RejoinListener;
  readonly #logger: Logger;
  #memberId = '';
  #generation = -1;
  #heartbeatTimer: NodeJS.Timeout | undefined;
  #heartbeatUnderWay = false;
  #lastTickAt = 0;
  #lastAnswerAt = 0;
  #doubtful = false;
  #left = false;

  constructor(coordinator: GroupCoordinator, options: MembershipOptions, onRejoin: RejoinListener, logger: Logger) {
    this.#coordinator = coordinator;
    this.#options = options;
    this.#onRejoin = onRejoin;
    this.#logger = logger;
  }

  /** Member id and generation for requests of the present generation; undefined while there is none. */
  get member(): MemberGeneration | undefined {
    return this.#generation < 0 ? undefined : { memberId: this.#memberId, generation: this.#generation };
  }

  /** False while it is not certain that the group still counts on this member: a held-up event loop kept heartbeats from going out. */
  get isCertain(): boolean {
    return !this.#doubtful;
  }

  /**
   * Joins the group, or joins it again, and starts the heartbeats.
   * @param partitionCounts used by the leader: partitions of each topic that any member subscribes to
   * @returns the partitions assigned
   * @throws HerculesError KAFKA_UNAVAILABLE when it has to be tried again; others when the group cannot take this member
   */
  async join(topics: readonly string[], partitionCounts: () => Promise<ReadonlyMap<string, number>>): Promise<TopicPartition[]> {
    this.#stopHeartbeats();
    this.#generation = -1;
    for (let step = 0; step < MAX_JOIN_STEPS; step++) {
      if (this.#left) throw new HerculesError('SHUTTING_DOWN', `this member has left group ${this.#coordinator.groupId}`);
      const joined = await this.#coordinator.request(
        JOIN_GROUP_API,
        encodeJoinGroup(
          this.#coordinator.groupId,
          this.#options.sessionTimeoutMs,
          this.#options.rebalanceTimeoutMs,
          this.#memberId,
          topics,
        ),
        decodeJoinGroup,
        this.#options.rebalanceTimeoutMs + JOIN_MARGIN_MS,
      );
      if (joined.errorCode === BROKER_ERROR.MEMBER_ID_REQUIRED) this.#memberId = joined.memberId;
      if (this.#mayJoinAgain('join the group', joined.errorCode)) continue;
      this.#memberId = joined.memberId;
      const assignments = joined.leaderId === joined.memberId ? this.#assign(joined, await partitionCounts()) : new Map<string, Buffer>();
      const member = { memberId: joined.memberId, generation: joined.generation };
      const synced = await this.#coordinator.request(
        SYNC_GROUP_API,
        encodeSyncGroup(this.#coordinator.groupId, member, assignments),
        decodeSyncGroup,
        this.#options.rebalanceTimeoutMs + JOIN_MARGIN_MS,
      );
      if (this.#mayJoinAgain('get an assignment', synced.errorCode)) continue;
      this.#generation = joined.generation;
      if (!this.#left) this.#startHeartbeats();
      return decodeAssignment(synced.assignment);
    }
    throw new HerculesError('KAFKA_UNAVAILABLE', `group ${this.#coordinator.groupId} does not settle`);
  }

  /** The group does not know this member any more; the next join is that of a new one. */
  #forgetMemberId(): void {
    this.#memberId = '';
    this.#generation = -1;
  }

  #stopHeartbeats(): void {
    clearInterval(this.#heartbeatTimer);
    this.#heartbeatTimer = undefined;
    this.#doubtful = false;
  }

  /**
   * Leaves the group for good, so that others get the partitions at once instead of after the session timeout. A join that is under way ends.
   * @param coordinator to send it by; another one than the member's own while a JoinGroup occupies that connection
   */
  async leave(coordinator: GroupCoordinator = this.#coordinator): Promise<void> {
    this.#left = true;
    this.#stopHeartbeats();
    if (this.#memberId === '') return;
    const code = await coordinator.request(LEAVE_GROUP_API, encodeLeaveGroup(coordinator.groupId, this.#memberId), decodeErrorCode);
    this.#forgetMemberId();
    if (code !== BROKER_ERROR.NONE && code !== BROKER_ERROR.UNKNOWN_MEMBER_ID) {
      throw new HerculesError('KAFKA_UNAVAILABLE', `group ${coordinator.groupId} did not let the member go: ${brokerErrorName(code)}`);
    }
  }

  /** @returns true when the same step is worth repeating at once; false when the code says that all is well */
  #mayJoinAgain(what: string, code: number): boolean {
    if (code === BROKER_ERROR.NONE) return false;
    if (code === BROKER_ERROR.MEMBER_ID_REQUIRED || code === BROKER_ERROR.REBALANCE_IN_PROGRESS) return true;
    if (code === BROKER_ERROR.ILLEGAL_GENERATION) return true;
    if (code === BROKER_ERROR.UNKNOWN_MEMBER_ID) {
      this.#forgetMemberId();
      return true;
    }
    const message = `cannot ${what} ${this.#coordinator.groupId}: ${brokerErrorName(code)}`;
    if (isCoordinatorError(code)) {
      this.#coordinator.forget();
      throw new HerculesError('KAFKA_UNAVAILABLE', message);
    }
    throw new HerculesError(code === BROKER_ERROR.GROUP_AUTHORIZATION_FAILED ? 'PERMISSION_DENIED' : 'INTERNAL', message);
  }

  #assign(joined: JoinGroupResponse, counts: ReadonlyMap<string, number>): Map<string, Buffer> {
    const assignor = ASSIGNORS.find((name) => name === joined.protocol) satisfies Assignor | undefined;
    if (assignor === undefined)
      throw new HerculesError('INTERNAL', `the group chose the assignor "${joined.protocol}", which was not offered`);
    const members = joined.members.map(({ memberId, metadata }) => ({ memberId, topics: decodeSubscription(metadata) }));
    const assigned = assignPartitions(assignor, members, (topic) => counts.get(topic) ?? 0);
    this.#logger.info(
      { groupId: this.#coordinator.groupId, generation: joined.generation, assignor, members: members.length },
      'this member leads the group and has shared out the partitions',
    );
    return new Map([...assigned].map(([memberId, partitions]) => [memberId, encodeAssignment(partitions)]));
  }

  #startHeartbeats(): void {
    this.#lastTickAt = this.#lastAnswerAt = performance.now();
    this.#heartbeatTimer = setInterval(() => this.#tick(), this.#options.heartbeatIntervalMs);
  }

  #tick(): void {
    const now = performance.now();
    const lateMs = now - this.#lastTickAt - this.#options.heartbeatIntervalMs;
    this.#lastTickAt = now;
    if (lateMs > this.#options.heartbeatIntervalMs) {
      this.blockedLoops++;
      this.#logger.warn({ blockedMs: Math.round(lateMs) }, 'the event loop was held up; heartbeats were late by that much');
      // Past the session timeout the group has most likely given the partitions away; nothing is handed out until a heartbeat says more.
      if (now - this.#lastAnswerAt > this.#options.sessionTimeoutMs) this.#doubtful = true;
    }
    if (!this.#heartbeatUnderWay) void this.#heartbeat();
  }

  async #heartbeat(): Promise<void> {
    const member = this.member;
    if (member === undefined) return;
    this.#heartbeatUnderWay = true;
    try {
      const body = encodeHeartbeat(this.#coordinator.groupId, member);
      const code = await this.#coordinator.request(HEARTBEAT_API, body, decodeErrorCode, this.#options.sessionTimeoutMs);
      if (this.#generation !== member.generation || this.#memberId !== member.memberId) return;
      if (code === BROKER_ERROR.NONE || code === BROKER_ERROR.REBALANCE_IN_PROGRESS) {
        this.#lastAnswerAt = performance.now();
        this.#doubtful = false;
      }
      if (isCoordinatorError(code)) this.#coordinator.forget();
      else if (isMembershipError(code)) this.reportMembershipError(code);
      else if (code !== BROKER_ERROR.NONE) this.#onRejoin(`heartbeat was answered with ${brokerErrorName(code)}`, true);
    } catch (error) {
      // The coordinator is looked up again by the next heartbeat; while no broker answers, nobody can take the partitions away either.
      this.#logger.debug({ err: error }, 'a heartbeat got no answer');
    } finally {
      this.#heartbeatUnderWay = false;
    }
  }

  /** Tells the listener about a code of `isMembershipError`, wherever it came from. */
  reportMembershipError(code: number): void {
    if (code === BROKER_ERROR.UNKNOWN_MEMBER_ID) this.#forgetMemberId();
    this.#onRejoin(brokerErrorName(code), code !== BROKER_ERROR.REBALANCE_IN_PROGRESS);
  }
}

import type { DoorAnswer, DoorRequest, HttpDoor } from '@hercules/gateway/receivers/door/http-door.ts';
import { HerculesError } from '@hercules/protocol';
import { checkBatch, checkDocuments, checkForeignBatch } from '../check-batch.ts';
import { Mistaken } from '../fuzz-target.ts';

/** What a door may ask for beside its body: more would be a door that holds more than the gateway admits. */
const MAX_ADMITTED_BYTES = 200 * 1024 * 1024;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
const ROUTE = { topic: 'fuzz', expectedPartitions: 1, partitioner: { partition: () => 0 }, filter: undefined };

/** An intake that takes everything and remembers it. It has the part of BatchIntake that doors use. */
export class TakenBatches {
  readonly batches: Buffer[] = [];
  readonly #check: typeof checkBatch;

  /** @param mayRepeatKeys the door passes a key on as often as a client sends it; the last one counts (protocol §4) */
  constructor({ mayRepeatKeys = false } = {}) {
    this.#check = mayRepeatKeys ? checkForeignBatch : checkBatch;
  }

  submit(submission: {
    takeBatch(): Buffer;
    onAppended(accepted: number, filtered: number): void;
    onDelivered(error: undefined): void;
  }): void {
    const batch = submission.takeBatch();
    this.batches.push(Buffer.from(batch));
    submission.onAppended(batch.readInt32BE(0), 0);
    submission.onDelivered(undefined);
  }

  /** Checks what was taken since the last time. @returns how many events there were */
  check(): number {
    let events = 0;
    for (const batch of this.batches.splice(0)) {
      events += this.#check(batch).length;
      checkDocuments(batch);
    }
    return events;
  }
}

/** A key that may write to every stream. */
export const ANY_KEY = { stream: () => ({ rightRefusal: undefined, streamRefusal: undefined, route: ROUTE }), identity: {} } as never;

/** A permit for everything that stays within reason. */
export function admitting(): (bytes: number) => void {
  let admitted = 0;
  return (bytes) => {
    if (bytes > 0) admitted += bytes;
    if (admitted > MAX_ADMITTED_BYTES) throw new HerculesError('THROTTLED', 'Too many bytes are under way');
  };
}

/**
 * Sends a request to a door as the gateway's exchange does and checks the answer and what was taken.
 * @throws HerculesError when the request was refused as a whole
 */
export async function askDoor(
  door: HttpDoor,
  taken: TakenBatches,
  request: {
    readonly method?: string;
    readonly path: string;
    readonly query?: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Buffer;
  },
): Promise<DoorAnswer> {
  const { method = 'POST', path, query = '', headers, body } = request;
  const route = door.route(method, path);
  if (route === undefined) throw new Error(`The door has no route for ${method} ${path}`);
  const full: DoorRequest = {
    key: ANY_KEY,
    method,
    path,
    query: new URLSearchParams(query),
    headers,
    body,
    isAbandoned: false,
    dropBody: () => undefined,
    admit: admitting(),
  };
  try {
    const answer = await route.handle(full);
    checkAnswer(answer);
    taken.check();
    return answer;
  } catch (error) {
    if (error instanceof HerculesError) checkAnswer(route.refuse(error, headers));
    if (error instanceof HerculesError && taken.batches.length > 0) {
      taken.batches.length = 0;
      throw new Mistaken(`the request was refused after events were given to Kafka: ${error.message}`);
    }
    throw error;
  }
}

function checkAnswer({ status, body = '' }: DoorAnswer): void {
  if (!Number.isInteger(status) || status < 200 || status > 599) throw new Mistaken(`the status of an answer is ${status}`);
  if (body.length > MAX_ANSWER_BYTES) throw new Mistaken(`an answer has ${body.length} bytes`);
}

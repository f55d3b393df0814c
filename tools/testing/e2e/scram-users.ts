import { pbkdf2Sync, randomBytes } from 'node:crypto';
import type { KafkaCluster } from '@hercules/kafka';

const ALTER_USER_SCRAM_CREDENTIALS_API = { apiKey: 51, apiVersion: 0, apiName: 'AlterUserScramCredentials' } as const;
const NO_TAGS = Buffer.of(0);
const ITERATIONS = 4096;
/** Kafka's numbers of the mechanisms, and their digests. */
const MECHANISMS = { 'scram-sha-256': { id: 1, digest: 'sha256', bytes: 32 }, 'scram-sha-512': { id: 2, digest: 'sha512', bytes: 64 } };

export type ScramMechanism = keyof typeof MECHANISMS;

/** Gives a user a password for one mechanism. @throws Error when Kafka refuses */
export async function createScramUser(cluster: KafkaCluster, mechanism: ScramMechanism, user: string, password: string): Promise<void> {
  const { id, digest, bytes } = MECHANISMS[mechanism];
  const salt = randomBytes(16);
  const body = Buffer.concat([
    // The request's header has tags in this version, right before the body.
    NO_TAGS,
    Buffer.of(1), // no deletions
    Buffer.of(2), // one upsertion
    compact(Buffer.from(user)),
    Buffer.of(id),
    int32(ITERATIONS),
    compact(salt),
    compact(pbkdf2Sync(password, salt, ITERATIONS, bytes, digest)),
    NO_TAGS,
    NO_TAGS,
  ]);
  const errorCode = await cluster.request(cluster.anyBroker(), ALTER_USER_SCRAM_CREDENTIALS_API, body, (response) => {
    const results = 1 + 4; // tags of the header, throttle time
    const userLength = response.readUInt8(results + 1) - 1;
    return response.readInt16BE(results + 2 + userLength);
  });
  if (errorCode !== 0) throw new Error(`Kafka refuses the user ${user} (error ${errorCode})`);
}

/** Bytes after their length plus one, which is less than 128 here. */
function compact(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of(bytes.length + 1), bytes]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

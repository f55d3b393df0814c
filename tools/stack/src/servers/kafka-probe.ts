import { connect } from 'node:net';

/**
 * How many brokers a Kafka node lists as alive: an empty Metadata request (api key 3, version 1: no topics) written out by hand, so that a server can be
 * watched without a client. A node lists itself only when the controller has let it in, which is when it can be used.
 * @returns 0 when the node does not answer within `timeoutMs`
 */
export function countKafkaBrokers(port: number, timeoutMs = 2000): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const finish = (brokers: number): void => {
      socket.destroy();
      resolve(brokers);
    };
    let answer = Buffer.alloc(0);
    socket.setTimeout(timeoutMs, () => finish(0));
    socket.on('error', () => finish(0));
    socket.on('close', () => finish(0));
    socket.on('connect', () => socket.write(METADATA_REQUEST));
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      // i32 size, i32 correlation id, i32 number of brokers
      if (answer.length >= 12) finish(answer.readInt32BE(8));
    });
  });
}

/** i32 size, i16 api key, i16 version, i32 correlation id, i16 client id length (−1 = none), i32 number of topics. */
const METADATA_REQUEST = Buffer.from([0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0, 0, 0, 0]);

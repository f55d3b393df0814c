import { connect } from 'node:net';

/**
 * Whether a Cassandra node answers on its CQL port: an empty OPTIONS request of protocol version 4 (native_protocol_v4.spec §2, §4.1.3), which needs no
 * client and no login. The node opens this port as the last thing of its start.
 */
export function isCassandraReady(port: number, timeoutMs = 2000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const finish = (ready: boolean): void => {
      socket.destroy();
      resolve(ready);
    };
    let answer = Buffer.alloc(0);
    socket.setTimeout(timeoutMs, () => finish(false));
    socket.on('error', () => finish(false));
    socket.on('close', () => finish(false));
    socket.on('connect', () => socket.write(OPTIONS_REQUEST));
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length >= HEADER_LENGTH) finish(answer[OPCODE_AT] === SUPPORTED);
    });
  });
}

const HEADER_LENGTH = 9;
const OPCODE_AT = 4;
const SUPPORTED = 0x06;
/** version, flags, i16 stream, opcode OPTIONS, i32 body length. */
const OPTIONS_REQUEST = Buffer.from([0x04, 0, 0, 1, 0x05, 0, 0, 0, 0]);

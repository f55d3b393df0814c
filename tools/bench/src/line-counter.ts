// A process that takes connections as carbon does and counts: lines, or the points of pickled lists. Prints its port for points and that for the count.
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Socket } from 'node:net';

const LINE_FEED = 0x0a;
/** Ends each pickled point: two tuples of two (0x86). */
const TUPLE2 = 0x86;
let points = 0;

const isPickle = process.argv[2] === 'pickle';
const server = createServer((socket) => {
  socket.on('data', isPickle ? countPickled(socket) : countLines);
  socket.on('error', () => undefined);
});

function countLines(chunk: Buffer): void {
  for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) points++;
}

/** Reads whole lists; names hold no byte above 127, but doubles may, so each point is stepped over by its lengths. */
function countPickled(socket: Socket): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE(0)) {
      const length = rest.readUInt32BE(0);
      for (let at = 8; at < 4 + length - 2;) {
        at += 5 + rest.readUInt32LE(at + 1) + 21;
        if (rest[at - 1] !== TUPLE2) socket.destroy(new Error('no pickled list of points'));
        points++;
      }
      rest = rest.subarray(4 + length);
    }
  };
}

const counter = createHttpServer((_request, response) => response.end(String(points)));
counter.listen(0, '127.0.0.1', () => {
  server.listen(0, '127.0.0.1', () => {
    const port = ({ address }: { address: unknown }) => (address as { port: number }).port;
    process.stdout.write(`${port({ address: server.address() })} ${port({ address: counter.address() })}\n`);
  });
});
process.on('SIGTERM', () => process.exit(0));

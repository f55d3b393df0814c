// Sends one log event over HTTP: API_KEY=… npx node docs/examples/send-log.ts [stream] [gateway URL]
import { encodeBatch, tag, TickClock, UuidV1Generator } from '@hercules/protocol';

const [stream = 'logs_shop', gateway = 'http://127.0.0.1:6306'] = process.argv.slice(2);

const body = encodeBatch([
  {
    version: 1,
    timestamp: new TickClock().now(),
    uuid: new UuidV1Generator().next(),
    payload: new Map([
      ['level', tag.string('Info')],
      ['message', tag.string('Hello from TypeScript')],
      ['properties', tag.container({ project: tag.string('shop'), environment: tag.string('dev') })],
    ]),
  },
]);
const response = await fetch(`${gateway}/stream/send?stream=${stream}`, {
  method: 'POST',
  headers: { authorization: `Hercules apiKey ${process.env['API_KEY']}` },
  body: new Uint8Array(body),
});
console.log(response.status, await response.text());

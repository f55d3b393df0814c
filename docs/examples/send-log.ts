// Sends one log event: API_KEY=… npx node docs/examples/send-log.ts [stream] [gateway URL]
import { tag } from '@hercules/protocol';
import { send } from './send.ts';

const [stream = 'logs_hello', gateway] = process.argv.slice(2);

const log = {
  level: tag.string('Info'),
  message: tag.string('Hello from TypeScript'),
  properties: tag.container({ project: tag.string('hello'), environment: tag.string('dev') }),
};
await send(stream, log, gateway);

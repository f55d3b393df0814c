// Sends one value of a metric: API_KEY=… npx node docs/examples/send-metric.ts [stream] [gateway URL]
import { tag } from '@hercules/protocol';
import { send } from './send.ts';

const [stream = 'metrics_hello', gateway] = process.argv.slice(2);
const pair = (key: string, value: string) => new Map(Object.entries({ key: tag.string(key), value: tag.string(value) }));

const metric = {
  value: tag.double(42),
  tags: tag.vector('container', [pair('_name', 'hello_requests'), pair('application', 'hello')]),
};
await send(stream, metric, gateway);

// A process that answers `_bulk` like Elasticsearch and keeps nothing, so that the sink alone is measured. Prints its port.
import { createServer } from 'node:http';

const LINE_FEED = 0x0a;
let documents = 0;

const server = createServer((request, response) => {
  let lineFeeds = 0;
  request.on('data', (chunk: Buffer) => {
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) lineFeeds++;
  });
  request.on('end', () => {
    response.setHeader('x-elastic-product', 'Elasticsearch');
    response.setHeader('content-type', 'application/vnd.elasticsearch+json;compatible-with=8');
    if (request.url?.startsWith('/_bulk') === true) {
      const size = lineFeeds / 2;
      documents += size;
      const item = '{"index":{"status":201}}';
      response.end(`{"errors":false,"items":[${size === 0 ? '' : `${item},`.repeat(size - 1) + item}]}`);
    } else if (request.url === '/documents') response.end(String(documents));
    else response.end('{"index_templates":[],"acknowledged":true}');
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as { port: number }).port}\n`));
process.on('SIGTERM', () => process.exit(0));

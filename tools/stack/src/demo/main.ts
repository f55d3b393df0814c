// The demo of `npm start`: follows the log files of the servers and apps and ships them through the gateway, as a log shipper in production would.
import { parseArgs } from 'node:util';
import { shownName, type ComponentName } from '../stack/component-name.ts';
import { DEMO_STREAMS } from '../stack/management-client.ts';
import { stackKeys } from '../stack/stack-keys.ts';
import { StackLayout } from '../stack/stack-layout.ts';
import { projectRoot } from '../project-root.ts';
import { writeDemoStatus } from './demo-status.ts';
import { log4jFormat } from './log4j-format.ts';
import type { LogFormat } from './log-record.ts';
import { LogShipper } from './log-shipper.ts';
import { LogSource, type SourcePosition } from './log-source.ts';
import { pinoFormat } from './pino-format.ts';
import { RepeatLimit } from './repeat-limit.ts';
import { ShippedPositions } from './shipped-positions.ts';

/** The demo's own log is not among them: it must not ship what it says about shipping. */
const LOGS: readonly [ComponentName, LogFormat][] = [
  ['kafka', log4jFormat],
  ['elasticsearch', log4jFormat],
  ['managementApi', pinoFormat],
  ['gateway', pinoFormat],
  ['elasticSink', pinoFormat],
];

const { values } = parseArgs({
  options: { 'data-dir': { type: 'string' }, gateway: { type: 'string', default: 'http://127.0.0.1:6306' } },
});
const layout = new StackLayout(projectRoot(import.meta.dirname), values['data-dir']);
const print = (line: string): void => void process.stdout.write(`${new Date().toISOString()} ${line}\n`);

const positions = new ShippedPositions(layout.demoFolder);
const known = positions.load();
const limit = new RepeatLimit();
const sources = LOGS.map(([name, format]) => {
  const application = shownName(name);
  return new LogSource(application, layout.logFile(name), format, limit, known[application]);
});

let shippedEvents = 0;
const shipper = new LogShipper(sources, {
  gateway: values.gateway,
  stream: DEMO_STREAMS.own,
  apiKey: stackKeys(layout).apiKey,
  print,
  onShipped(events) {
    const current: Record<string, SourcePosition> = {};
    for (const { application, position } of sources) if (position) current[application] = position;
    positions.save(current);
    if (events === 0) return;
    shippedEvents += events;
    writeDemoStatus(layout, { pid: process.pid, shippedEvents });
  },
});

const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
process.on('SIGINT', () => stop.abort());
writeDemoStatus(layout, { pid: process.pid, shippedEvents });
print(`shipping ${sources.map(({ application }) => application).join(', ')} to ${values.gateway}, stream ${DEMO_STREAMS.own}`);
await shipper.run(stop.signal);
for (const source of sources) source.close();
print(`stopped after ${shippedEvents} events`);

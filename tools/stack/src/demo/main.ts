// The demo of `npm start`: does what an agent does in production. Ships the log files of the servers and apps through the gateway, reads
// their metrics, and tells when they start.
import { parseArgs } from 'node:util';
import { shownName } from '../stack/component-name.ts';
import { DEMO_STREAMS } from '../stack/management-client.ts';
import { stackKeys } from '../stack/stack-keys.ts';
import { StackLayout } from '../stack/stack-layout.ts';
import { projectRoot } from '../project-root.ts';
import { writeDemoStatus } from './demo-status.ts';
import { startDemoTelemetry } from './demo-telemetry.ts';
import { LogShipper } from './log-shipper.ts';
import { LogSource, type SourcePosition } from './log-source.ts';
import { RepeatLimit } from './repeat-limit.ts';
import { shippedLogs } from './shipped-logs.ts';
import { ShippedPositions } from './shipped-positions.ts';

const { values } = parseArgs({
  options: {
    'data-dir': { type: 'string' },
    gateway: { type: 'string', default: 'http://127.0.0.1:6306' },
    kafka: { type: 'string' },
    elasticsearch: { type: 'string' },
    scrape: { type: 'string', multiple: true, default: [] },
  },
});
const FLUSH_MS = 1000;

const layout = new StackLayout(projectRoot(import.meta.dirname), values['data-dir']);
const print = (line: string): void => void process.stdout.write(`${new Date().toISOString()} ${line}\n`);

const positions = new ShippedPositions(layout.demoFolder);
const known = positions.load();
const limit = new RepeatLimit();
const sources = shippedLogs().map(([name, format]) => {
  const application = shownName(name);
  return new LogSource(application, layout.logFile(name), format, limit, known[application]);
});

const gateway = { gateway: values.gateway, apiKey: stackKeys(layout).apiKey };
let shippedEvents = 0;
const shipper = new LogShipper(sources, {
  ...gateway,
  stream: DEMO_STREAMS.own,
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
// Without addresses it only ships logs.
const stopTelemetry = values.scrape.length === 0 ? undefined : startDemoTelemetry(layout, { ...values, ...gateway, print });
await shipper.run(stop.signal);
await stopTelemetry?.(FLUSH_MS);
for (const source of sources) source.close();
print(`stopped after ${shippedEvents} events`);

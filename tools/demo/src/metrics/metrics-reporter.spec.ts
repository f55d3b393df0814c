import { EventWriter, graphiteLine, readBatch } from '@hercules/protocol';
import type { MetricSource } from './metric-sample.ts';
import { MetricsReporter } from './metrics-reporter.ts';

it('sends what the sources tell with their tags in order, and says once when one is silent', async () => {
  const lines: string[] = [];
  const printed: string[] = [];
  let isSilent = true;
  const source: MetricSource = {
    application: 'gateway',
    instance: '127.0.0.1:6306',
    read: () =>
      isSilent ? Promise.reject(new Error('refused')) : Promise.resolve([{ name: 'x_total', tags: [['method', 'send']], value: 1.5 }]),
  };
  const sender = {
    add(write: (writer: EventWriter) => void): void {
      const writer = new EventWriter();
      write(writer);
      for (const event of readBatch(Buffer.from(writer.batch()))) lines.push(graphiteLine(event, { tags: true, replaceDots: false })!);
    },
  };
  const reporter = new MetricsReporter({ sources: [source], sender, project: 'p', environment: 'e', print: (line) => printed.push(line) });
  await reporter.report();
  await reporter.report();
  isSilent = false;
  await reporter.report();
  const common = 'project=p;environment=e;application=gateway;instance=127.0.0.1:6306';
  expect(lines.map((line) => line.replace(/ \d+\n$/, ''))).toEqual([
    `up;${common};subproject=null 0.000000`,
    `up;${common};subproject=null 0.000000`,
    `up;${common};subproject=null 1.000000`,
    `x_total;${common};method=send;subproject=null 1.500000`,
  ]);
  expect(printed).toEqual(['no metrics of gateway: refused', 'gateway tells its metrics again']);
});

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Container, readEvent } from '@hercules/protocol';
import { freePort } from '@hercules/service/testing';
import { GatewayProcess } from './support/gateway-process.ts';
import { send } from './support/http-client.ts';
import { newApiKey, TestKafka } from './support/test-kafka.ts';
import { waitFor } from './support/wait-for.ts';

jest.setTimeout(60_000);

/** Path of a prometheus binary, e.g. that of Debian's package. Without one these tests are skipped. */
const PROMETHEUS = process.env['HERCULES_TEST_PROMETHEUS'];

(PROMETHEUS === undefined ? describe.skip : describe)('a Prometheus server', () => {
  const kafka = new TestKafka();
  const writer = newApiKey('writer');
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  let gateway: GatewayProcess | undefined;
  let prometheus: ChildProcess | undefined;
  let port: number;
  let metrics: string;

  beforeAll(async () => {
    await kafka.start();
    metrics = await kafka.createStream('metrics');
    await kafka.putRule(writer, 'gw_e2e_*', 'write');
    await kafka.follow(metrics);
    gateway = await GatewayProcess.start({
      'metadata.topic': kafka.metadataTopic,
      'prometheus.enabled': 'true',
      'prometheus.stream': metrics,
    });
    port = await freePort();
    // JSON is YAML too.
    const settings = {
      global: { scrape_interval: '1s', external_labels: { replica: 'a' } },
      scrape_configs: [{ job_name: 'gateway', static_configs: [{ targets: [`127.0.0.1:${gateway.httpPort}`] }] }],
      remote_write: [
        {
          url: `http://127.0.0.1:${gateway.httpPort}/api/v1/write`,
          authorization: { type: 'Hercules', credentials: `apiKey ${writer}` },
          queue_config: { batch_send_deadline: '200ms' },
          metadata_config: { send_interval: '2s' },
          send_exemplars: true,
          send_native_histograms: true,
        },
      ],
    };
    const file = join(folder, 'prometheus.yml');
    writeFileSync(file, JSON.stringify(settings));
    const args = [`--config.file=${file}`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=127.0.0.1:${port}`];
    prometheus = spawn(PROMETHEUS!, args, { stdio: 'ignore' });
  });

  afterAll(async () => {
    if (prometheus?.exitCode === null) {
      const ended = new Promise((resolve) => prometheus!.once('exit', resolve));
      prometheus.kill('SIGKILL');
      await ended;
    }
    await gateway?.kill();
    await kafka.stop();
    rmSync(folder, { recursive: true });
  });

  /** What Prometheus says about itself. */
  async function ownMetric(name: string): Promise<number | undefined> {
    const { text } = await send(port, { method: 'GET', path: '/metrics' });
    const lines = text.split('\n').filter((line) => line.startsWith(name) && !line.startsWith('#'));
    return lines.length === 0 ? undefined : lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  it('writes what it scrapes, and nothing fails', async () => {
    const up = await waitFor(
      'two samples of up',
      () => {
        const tags = kafka.stored(metrics).map(({ value }) => tagsOf(value));
        const found = tags.filter((all) => all.some(([key, value]) => key === '_name' && value === 'up'));
        return found.length >= 2 && found;
      },
      40_000,
    );
    expect(up[0]).toEqual([
      ['__metrics_data_type', '_tagged_metrics_'],
      ['_name', 'up'],
      ['instance', `127.0.0.1:${gateway!.httpPort}`],
      ['job', 'gateway'],
      ['replica', 'a'],
    ]);
    await waitFor('metadata are sent', async () => (await ownMetric('prometheus_remote_storage_metadata_total'))! > 0, 20_000);
    expect(await ownMetric('prometheus_remote_storage_samples_total')).toBeGreaterThan(0);
    expect(await ownMetric('prometheus_remote_storage_samples_failed_total')).toBe(0);
    expect(await ownMetric('prometheus_remote_storage_metadata_failed_total')).toBe(0);
  });
});

function tagsOf(event: Buffer): [string, string][] {
  const { elements } = readEvent(event).event.payload.get('tags')!.value as { elements: readonly Container[] };
  return elements.map((tag) => [tag.get('key')!.value as string, tag.get('value')!.value as string]);
}

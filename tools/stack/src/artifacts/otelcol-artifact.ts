import { execFile } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cachedArtifact, type FetchOptions } from './artifact.ts';

export const OTELCOL_VERSION = '0.155.0';

const VERSION = `v${OTELCOL_VERSION}`;
const BUILDER = `go.opentelemetry.io/collector/cmd/builder@${VERSION}`;
const run = promisify(execFile);

/**
 * The OpenTelemetry Collector with OTLP in, and Kafka and OTLP out, built from its Go modules the first time (some two minutes).
 * @returns path of the binary; undefined where there is no Go
 */
export async function otelCollectorBinary(options: FetchOptions = {}): Promise<string | undefined> {
  try {
    await run('go', ['version']);
  } catch {
    return undefined;
  }
  const folder = await cachedArtifact(`otelcol-${OTELCOL_VERSION}`, options, build, 'go');
  return join(folder, 'otelcol');
}

async function build(folder: string): Promise<void> {
  const file = join(folder, 'builder.yaml');
  const output = join(folder, 'dist');
  // JSON is YAML too.
  writeFileSync(file, JSON.stringify(builderSettings(output)));
  const env = { ...process.env, GOBIN: folder, GOFLAGS: '-mod=mod' };
  await run('go', ['install', BUILDER], { env });
  await run(join(folder, 'builder'), ['--config', file], { env, maxBuffer: 64 * 1024 * 1024 });
  renameSync(join(output, 'otelcol'), join(folder, 'otelcol'));
  rmSync(output, { recursive: true });
}

function builderSettings(outputPath: string): object {
  return {
    dist: { name: 'otelcol', output_path: outputPath },
    receivers: [{ gomod: `go.opentelemetry.io/collector/receiver/otlpreceiver ${VERSION}` }],
    exporters: [
      { gomod: `github.com/open-telemetry/opentelemetry-collector-contrib/exporter/kafkaexporter ${VERSION}` },
      { gomod: `go.opentelemetry.io/collector/exporter/otlpexporter ${VERSION}` },
      { gomod: `go.opentelemetry.io/collector/exporter/otlphttpexporter ${VERSION}` },
    ],
  };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePorts, otelCollectorBinary } from '@hercules/stack';
import { endProcess } from './bench-process.ts';

const START_TIMEOUT_MS = 30_000;
const LOOK_MS = 50;

export interface CollectorOptions {
  readonly brokers: readonly string[];
  /** Topic that logs and spans are written to. */
  readonly topic: string;
  /** Where its settings are put. */
  readonly folder: string;
}

/**
 * The OpenTelemetry Collector with OTLP over gRPC in and Kafka out, as the peer of a bench: without a queue, so that a client is answered when Kafka has
 * acknowledged, with `acks=all` and one Kafka record a request.
 */
export class OtelCollector {
  readonly #process: ChildProcess;
  /** For example `http://127.0.0.1:4317`. */
  readonly grpcUrl: string;

  private constructor(process: ChildProcess, grpcUrl: string) {
    this.#process = process;
    this.grpcUrl = grpcUrl;
  }

  get pid(): number {
    return this.#process.pid!;
  }

  /** @returns undefined where there is no Go to build it with */
  static async start(options: CollectorOptions): Promise<OtelCollector | undefined> {
    const binary = await otelCollectorBinary();
    if (binary === undefined) return undefined;
    const [port] = (await freePorts(1)) as [number];
    const file = join(options.folder, 'otelcol.yaml');
    writeFileSync(file, JSON.stringify(settings(options, port)));
    const collector = spawn(binary, ['--config', file], { stdio: ['ignore', 'ignore', 'ignore'] });
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (!(await answers(port))) {
      if (collector.exitCode !== null) throw new Error(`The Collector ended with ${collector.exitCode}; its settings are in ${file}`);
      if (performance.now() > deadline) throw new Error(`The Collector does not listen after ${START_TIMEOUT_MS / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    return new OtelCollector(collector, `http://127.0.0.1:${port}`);
  }

  stop(): Promise<void> {
    return endProcess(this.#process);
  }
}

/** Settings as JSON, which is YAML too. */
function settings({ brokers, topic }: CollectorOptions, port: number): object {
  const exporter = {
    brokers,
    logs: { topic, encoding: 'otlp_proto' },
    traces: { topic, encoding: 'otlp_proto' },
    producer: { required_acks: -1, compression: 'none' },
    sending_queue: { enabled: false },
    retry_on_failure: { enabled: false },
  };
  const pipeline = { receivers: ['otlp'], exporters: ['kafka'] };
  return {
    receivers: { otlp: { protocols: { grpc: { endpoint: `127.0.0.1:${port}` } } } },
    exporters: { kafka: exporter },
    service: { pipelines: { logs: pipeline, traces: pipeline }, telemetry: { metrics: { level: 'none' } } },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

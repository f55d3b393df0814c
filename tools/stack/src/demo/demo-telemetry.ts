import { AppSource, ElasticsearchSource, EventSender, KafkaSource, type MetricSource, MetricsReporter } from '@hercules/demo';
import type { Logger } from '@hercules/protocol';
import type { StackLayout } from '../stack/stack-layout.ts';
import { ComponentEvents } from './component-events.ts';

export interface DemoTelemetryOptions {
  /** Base URL */
  readonly gateway: string;
  readonly apiKey: string;
  /** Apps to ask for their metrics, as `name=URL`. */
  readonly scrape: readonly string[];
  /** host:port */
  readonly kafka?: string | undefined;
  /** Base URL */
  readonly elasticsearch?: string | undefined;
  readonly print: (line: string) => void;
}

/** Streams that the demo writes beside the one for log files. */
const STREAMS = { metrics: 'metrics_demo', annotations: 'annotations_demo' } as const;
const LOOK_AT_COMPONENTS_MS = 2000;

/**
 * Sends the metrics of the apps and servers every 10 s, and an annotation when a component starts or ends by itself.
 * @returns what stops it, after sending what is left for at most so long
 * @throws Error for a `scrape` that is not `name=URL`
 */
export function startDemoTelemetry(layout: StackLayout, options: DemoTelemetryOptions): (timeoutMs: number) => Promise<void> {
  const { scrape, kafka, elasticsearch, gateway, apiKey, print } = options;
  const kafkaSource = kafka === undefined ? undefined : new KafkaSource(kafka, errorsOnly(print));
  const sources: MetricSource[] = scrape.map(appSource);
  if (kafkaSource !== undefined) sources.push(kafkaSource);
  if (elasticsearch !== undefined) sources.push(new ElasticsearchSource(elasticsearch));
  const metrics = new EventSender({ gateway, apiKey, print, stream: STREAMS.metrics });
  const annotations = new EventSender({ gateway, apiKey, print, stream: STREAMS.annotations });
  const reporter = new MetricsReporter({ sources, sender: metrics, project: 'hercules', environment: 'local', print });
  reporter.start();
  const components = new ComponentEvents(layout, annotations);
  const timer = setInterval(() => components.look(), LOOK_AT_COMPONENTS_MS);
  return async (timeoutMs) => {
    reporter.stop();
    clearInterval(timer);
    await Promise.all([metrics.close(timeoutMs), annotations.close(timeoutMs), kafkaSource?.close()]);
  };
}

function appSource(text: string): AppSource {
  const at = text.indexOf('=');
  const [name, url] = [text.slice(0, at), text.slice(at + 1)];
  if (at <= 0 || !URL.canParse(url)) throw new Error(`--scrape ${text}: expected name=URL`);
  return new AppSource(name, url.replace(/\/$/, ''));
}

function errorsOnly(print: (line: string) => void): Logger {
  const quiet = (): void => undefined;
  return { debug: quiet, info: quiet, warn: quiet, error: (fields, message) => print(message ?? String(fields)) };
}

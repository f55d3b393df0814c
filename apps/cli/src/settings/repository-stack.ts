import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Settings } from './settings.ts';

/** What `npm start` leaves in .stack/endpoints.json, as far as the program uses it. */
const endpointsSchema = z.object({
  kafka: z.string(),
  elasticsearch: z.string().optional(),
  gateway: z.object({ http: z.string() }),
  managementApi: z.string(),
  queryApi: z.string().optional(),
  elasticSink: z.string().optional(),
  annotationSink: z.string().optional(),
  graphiteSink: z.string().optional(),
  cassandraSink: z.string().optional(),
  derivedStreams: z.string().optional(),
  metricAggregator: z.string().optional(),
  traceAnalytics: z.string().optional(),
  masterKey: z.string(),
  demo: z.object({ apiKey: z.string() }),
});

/** The endpoints file of the clone that holds this folder; undefined outside of one, or before `npm start`. */
export function findStackFile(folder: string): string | undefined {
  const file = join(folder, '.stack', 'endpoints.json');
  if (existsSync(file)) return file;
  const parent = dirname(folder);
  return parent === folder ? undefined : findStackFile(parent);
}

/** @throws Error when the file is not what `npm start` writes */
export function readStackFile(file: string): Settings {
  const endpoints = endpointsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const { kafka, elasticsearch, gateway, managementApi, queryApi, masterKey, demo } = endpoints;
  const sinks = {
    'elastic-sink': endpoints.elasticSink,
    'annotation-sink': endpoints.annotationSink,
    'graphite-sink': endpoints.graphiteSink,
    'cassandra-sink': endpoints.cassandraSink,
    'derived-streams': endpoints.derivedStreams,
    'metric-aggregator': endpoints.metricAggregator,
    'trace-analytics': endpoints.traceAnalytics,
  };
  return {
    managementApi,
    ...(queryApi === undefined ? {} : { queryApi }),
    gateway: gateway.http,
    sinks: Object.fromEntries(Object.entries(sinks).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    brokers: [kafka],
    ...(elasticsearch === undefined ? {} : { elasticsearch }),
    masterKey,
    apiKey: demo.apiKey,
  };
}

import { zipkinPage } from '../artifacts/zipkin-artifact.ts';
import { isDemoRunning } from '../demo/demo-status.ts';
import { appComponent, isRunningOn } from './app-component.ts';
import type { Component } from './component.ts';
import { type ComponentName, shownName } from './component-name.ts';
import { keptSelection } from './stack-context.ts';
import type { StackKeys } from './stack-keys.ts';
import type { StackLayout } from './stack-layout.ts';
import type { StackPorts } from './stack-ports.ts';

/** Apps whose metrics the demo reads, and their HTTP ports. */
const SCRAPED = {
  gateway: 'gatewayHttp',
  managementApi: 'managementApi',
  elasticSink: 'elasticSink',
  annotationSink: 'annotationSink',
  graphiteSink: 'graphiteSink',
  cassandraSink: 'cassandraSink',
  queryApi: 'queryApi',
  derivedStreams: 'derivedStreams',
  metricAggregator: 'metricAggregator',
  traceAnalytics: 'traceAnalytics',
} as const satisfies Partial<Record<ComponentName, keyof StackPorts>>;

/** What sends telemetry: a small shop, and the shipper of the stack's own logs, metrics and annotations. And Zipkin's page, to look at the traces. */
export function demoComponents(layout: StackLayout, ports: StackPorts, keys: StackKeys): Component[] {
  const url = (port: number): string => `http://127.0.0.1:${port}`;
  const gateway = ['--gateway', url(ports.gatewayHttp)];
  const key = { HERCULES_DEMO_API_KEY: keys.apiKey };
  const shop = (name: 'shopFront' | 'shopCart' | 'shopPayment' | 'shopPaymentB', folder: string, args: readonly string[] = []): Component =>
    appComponent(layout, {
      name,
      entry: `tools/demo/src/${folder}/main.ts`,
      args: () => ['--port', String(ports[name]), ...gateway, ...args],
      env: key,
      ports: [[ports[name], shownName(name)]],
      needs: ['gateway'],
      isReady: () => isRunningOn(ports[name]),
    });
  return [
    // Two replicas of one service: their weights are at query-api.
    shop('shopPayment', 'payment', ['--host', 'payment-a']),
    shop('shopPaymentB', 'payment', ['--host', 'payment-b']),
    shop('shopCart', 'cart', ['--payment', `${url(ports.shopPayment)},${url(ports.shopPaymentB)}`]),
    shop('shopFront', 'front', ['--cart', url(ports.shopCart)]),
    appComponent(layout, {
      name: 'demo',
      entry: 'tools/stack/src/demo/main.ts',
      args: () => ['--data-dir', layout.dataDir, ...gateway, ...scrapeArguments(ports, keptSelection(layout))],
      needs: ['gateway'],
      isReady: () => Promise.resolve(isDemoRunning(layout)),
    }),
    appComponent(layout, {
      name: 'zipkin',
      entry: 'tools/stack/src/zipkin/main.ts',
      args: () => ['--port', String(ports.zipkin), '--query-api', url(ports.queryApi)],
      env: key,
      ports: [[ports.zipkin, 'Zipkin']],
      needs: ['queryApi'],
      fetch: zipkinPage,
      isReady: () => isRunningOn(ports.zipkin),
    }),
  ];
}

/** Where the demo finds the metrics of what runs; nothing where no metrics are taken. */
function scrapeArguments(ports: StackPorts, selected: readonly ComponentName[]): string[] {
  if (!selected.includes('graphiteSink')) return [];
  const apps = Object.entries(SCRAPED).filter(([name]) => selected.includes(name as ComponentName));
  return [
    ...['--kafka', `127.0.0.1:${ports.kafka}`],
    ...(selected.includes('elasticsearch') ? ['--elasticsearch', `http://127.0.0.1:${ports.elasticsearch}`] : []),
    ...apps.flatMap(([name, port]) => ['--scrape', `${shownName(name as ComponentName)}=http://127.0.0.1:${ports[port]}`]),
  ];
}

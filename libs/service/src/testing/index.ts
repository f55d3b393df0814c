export { AppProcess, type AppProcessOptions, type ProcessEnd, runApp } from './app-process.ts';
export { type ComponentOptions, describeComponent } from './component-suite.ts';
export { freePort } from './free-port.ts';
export { type HttpAnswer, sendRequest } from './http-request.ts';
export { parsePrometheusText, type ShownMetric } from './prometheus-text.ts';
export { waitUntil } from './wait-until.ts';
export { SINK_METRICS } from './common-metrics.ts';

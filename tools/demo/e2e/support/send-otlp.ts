// Sends a log record, a trace and metrics with OpenTelemetry's SDK for JavaScript. Arguments: transport, gRPC URL, HTTP URL, API key, name of the service.
import { OtelService, type OtlpTransport } from './otel-service.ts';

const [transport, grpc, http, apiKey, service] = process.argv.slice(2) as [OtlpTransport, string, string, string, string];
const attributes = { 'service.name': service, 'service.namespace': service, 'deployment.environment.name': 'e2e' };
const otel = new OtelService(transport, { grpc, http }, apiKey, attributes);
process.stdout.write(`${otel.work()}\n`);
otel.measure(`${service}_orders`, `${service}_seconds`);
await otel.close();

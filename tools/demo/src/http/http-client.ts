import type { Telemetry } from '../telemetry/telemetry.ts';
import { formatTraceparent, type SpanContext } from '../tracing/trace-context.ts';
import { failureReason } from './failure-reason.ts';
import { HttpProblem } from './http-problem.ts';

const TIMEOUT_MS = 5000;
const BAD_GATEWAY = 502;

/** Calls another service of the shop, with a client span around the call and its context in the request's `traceparent`. */
export class HttpClient {
  readonly #telemetry: Telemetry;
  /** The called service's name, and the base URLs of its replicas. */
  readonly #service: string;
  readonly #urls: readonly string[];
  #turn = 0;

  /** @param urls base URLs, joined by commas; they are called in turn */
  constructor(telemetry: Telemetry, service: string, urls: string) {
    this.#telemetry = telemetry;
    this.#service = service;
    this.#urls = urls.split(',');
  }

  /**
   * @returns the answer's JSON
   * @throws HttpProblem with the service's message: its own status when the request was wrong, 502 when the service failed or cannot be
   * reached
   */
  async post<T>(path: string, body: unknown, parent: SpanContext): Promise<T> {
    const { tracer, application } = this.#telemetry;
    const url = `${this.#urls[this.#turn++ % this.#urls.length]}${path}`;
    const content = JSON.stringify(body);
    const span = tracer.start(`POST ${path}`, 'http-request-client', parent);
    span.annotate({
      'http.request.method': 'POST',
      'http.request.url': url,
      'http.request.size': Buffer.byteLength(content),
      'http.client.name': this.#service,
      'http.client.address': new URL(url).host,
    });
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': application, traceparent: formatTraceparent(span.context) },
        body: content,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await response.text();
      span.annotate({ 'http.response.code': response.status, 'http.response.size': Buffer.byteLength(text) });
      const answer = JSON.parse(text) as T & { error?: string };
      if (response.ok) return answer;
      throw new HttpProblem(response.status < 500 ? response.status : BAD_GATEWAY, answer.error ?? `status ${response.status}`);
    } catch (error) {
      const problem = error instanceof HttpProblem ? error : new HttpProblem(BAD_GATEWAY, `${this.#service}: ${failureReason(error)}`);
      span.fail(problem.message);
      throw problem;
    } finally {
      span.end();
    }
  }
}

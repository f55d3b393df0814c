import { parseJson } from '@hercules/metadata';
import { CliError } from '../cli-error.ts';
import { EXIT_CODE } from '../exit-code.ts';

export interface HttpClientOptions {
  /** Name of the app, for messages. */
  readonly name: string;
  /** Base URL without a slash at its end. */
  readonly url: string;
  /** Value of the header Authorization; undefined for endpoints that need none. */
  readonly authorization?: string;
}

export interface CallOptions {
  readonly query?: Readonly<Record<string, string | number | undefined | readonly string[]>>;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** 0: for as long as it takes. */
  readonly timeoutMs?: number;
  /** Statuses that are an answer and no error. */
  readonly accepted?: readonly number[];
}

const TIMEOUT_MS = 35_000;
export const UNREACHABLE_HINT = 'Is it running (npm start in the clone), and is the URL right (hercules config)?';
/** What to do about a status, where the text of the API does not say it. */
export const STATUS_HINTS: Readonly<Record<number, string>> = {
  401: 'Check the key of the profile (hercules config) and its rules (hercules rule list).',
  403: 'The key lacks the right for this name, or is blocked: see hercules rule list.',
  408: 'The change is queued and will still run; look again in a moment.',
  503: 'Try again in a moment; hercules doctor says what is not available.',
};

/** Asks one app over HTTP; everything that is not a good answer becomes a CliError that says what, where and what to do. */
export class HttpClient {
  readonly name: string;
  readonly url: string;
  readonly #authorization: string | undefined;

  constructor({ name, url, authorization }: HttpClientOptions) {
    this.name = name;
    this.url = url;
    this.#authorization = authorization;
  }

  /** @throws CliError unreachable (5), or failed with the API's text */
  async call(method: 'GET' | 'POST', path: string, options: CallOptions = {}): Promise<Response> {
    const { query = {}, body, headers, signal, timeoutMs = TIMEOUT_MS, accepted = [200] } = options;
    const target = new URL(this.url + path);
    for (const [name, value] of Object.entries(query))
      for (const item of Array.isArray(value) ? (value as string[]) : [value])
        if (item !== undefined) target.searchParams.append(name, String(item));
    const signals = [...(signal === undefined ? [] : [signal]), ...(timeoutMs === 0 ? [] : [AbortSignal.timeout(timeoutMs)])];
    let response: Response;
    try {
      response = await fetch(target, {
        method,
        headers: { ...(this.#authorization === undefined ? {} : { authorization: this.#authorization }), ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
        ...(signals.length === 0 ? {} : { signal: AbortSignal.any(signals) }),
        redirect: 'error',
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw this.unreachable(error);
    }
    if (accepted.includes(response.status)) return response;
    throw this.#refused(method, path, response.status, await response.text().catch(() => ''));
  }

  /** The JSON document that a GET answers; 64-bit integers keep their digits. */
  async json<T>(path: string, options: CallOptions = {}): Promise<T> {
    const text = await (await this.call('GET', path, options)).text();
    try {
      return parseJson(text) as T;
    } catch {
      throw new CliError(`${this.name} at ${this.url} answered GET ${path} with something that is no JSON`, {
        hint: 'Is that URL the right app? See hercules doctor.',
      });
    }
  }

  unreachable(error: unknown): CliError {
    const cause = (error as { cause?: NodeJS.ErrnoException }).cause;
    const reason = cause?.code ?? cause?.message ?? (error as Error).message;
    return new CliError(`${this.name} cannot be reached at ${this.url}: ${reason}`, {
      exitCode: EXIT_CODE.unreachable,
      hint: UNREACHABLE_HINT,
      cause: error,
    });
  }

  #refused(method: string, path: string, status: number, text: string): CliError {
    const hint = STATUS_HINTS[status];
    return new CliError(`${this.name} refused ${method} ${path}: ${status}${text.trim() === '' ? '' : ` ${text.trim().slice(0, 1000)}`}`, {
      status,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

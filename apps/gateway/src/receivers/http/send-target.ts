/** What the path and the query of a request name. */
export interface SendTarget {
  /** Path below the root path, raw, as routes are compared (apis §1: a trailing slash matters). */
  readonly path: string;
  /** Raw, without the question mark. */
  readonly query: string;
  /** Value of the query parameter `stream`: the first one if it repeats, undefined if there is none. */
  readonly stream: string | undefined;
  /** True if the parameter is there but is not valid percent-encoding. */
  readonly isStreamUnreadable: boolean;
}

const MAX_CACHED = 1000;
const MAX_CACHED_LENGTH = 300;
const SCHEME_AND_AUTHORITY = /^https?:\/\/[^/?]*/i;

/** Parses request targets; producers use few, so each is parsed once. */
export class SendTargetParser {
  readonly #rootPath: string;
  readonly #cache = new Map<string, SendTarget>();

  /** @param rootPath put before every route; begins and does not end with a slash, or is empty */
  constructor(rootPath: string) {
    this.#rootPath = rootPath;
  }

  parse(url: string): SendTarget {
    const cached = this.#cache.get(url);
    if (cached !== undefined) return cached;
    const target = this.#parse(url);
    if (this.#cache.size >= MAX_CACHED) this.#cache.clear();
    if (url.length <= MAX_CACHED_LENGTH) this.#cache.set(url, target);
    return target;
  }

  #parse(url: string): SendTarget {
    // The absolute form (RFC 9112 §3.2.2) is what proxies send.
    const local = url.startsWith('/') ? url : url.replace(SCHEME_AND_AUTHORITY, '');
    const questionMark = local.indexOf('?');
    const rawPath = questionMark < 0 ? local : local.slice(0, questionMark);
    const query = questionMark < 0 ? '' : local.slice(questionMark + 1);
    const raw = firstValue(query, 'stream');
    const stream = raw === undefined ? undefined : decode(raw);
    return { path: this.#belowRoot(rawPath), query, stream, isStreamUnreadable: raw !== undefined && stream === undefined };
  }

  #belowRoot(path: string): string {
    if (this.#rootPath === '') return path;
    return path.startsWith(`${this.#rootPath}/`) ? path.slice(this.#rootPath.length) : '';
  }
}

function firstValue(query: string, name: string): string | undefined {
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=');
    const key = equals < 0 ? pair : pair.slice(0, equals);
    if (decode(key) === name) return equals < 0 ? '' : pair.slice(equals + 1);
  }
  return undefined;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

import { TypeCode } from '@hercules/protocol';
import { Head, tagHead } from './event-buffer.ts';

/** What becomes of an attribute of a span or a resource; {@link RenamedAttribute.target} is the key that it gets. */
export interface RenamedAttribute {
  readonly key: Buffer;
  readonly target: Buffer;
  /** An Int becomes an Integer if it fits, as consumers of spans expect it (protocol §10.4). */
  readonly isInteger: boolean;
  /** Is written at the end, and only if nothing more exact has its target. */
  readonly late: 'path' | 'server' | undefined;
}

function renamed(key: string, target: string, late?: 'path' | 'server'): RenamedAttribute {
  return { key: Buffer.from(key), target: Buffer.from(target), isInteger: target === 'http.response.code', late };
}

/**
 * Attributes of spans that have a place of their own among the annotations, by the names of all semantic conventions (apis §10 for the old ones).
 * `http.target` and `url.path` are the URL of spans that have no whole one. `server.address` is the other side on a client's span only.
 */
export const SPAN_ATTRIBUTES: readonly RenamedAttribute[] = [
  renamed('http.status_code', 'http.response.code'),
  renamed('http.response.status_code', 'http.response.code'),
  renamed('http.method', 'http.request.method'),
  renamed('http.url', 'http.request.url'),
  renamed('url.full', 'http.request.url'),
  renamed('http.target', 'http.request.url', 'path'),
  renamed('url.path', 'http.request.url', 'path'),
  renamed('http.request_content_length', 'http.request.size'),
  renamed('http.request.body.size', 'http.request.size'),
  renamed('http.response_content_length', 'http.response.size'),
  renamed('http.response.body.size', 'http.response.size'),
  renamed('net.peer.name', 'http.client.name'),
  renamed('server.address', 'http.client.name', 'server'),
  renamed('net.peer.ip', 'http.client.address'),
  renamed('client.address', 'http.client.address'),
  renamed('network.peer.address', 'http.client.address'),
  renamed('peer.service', 'targetService'),
  renamed('service.peer.name', 'targetService'),
];

export const RESOURCE_ATTRIBUTES: readonly RenamedAttribute[] = [renamed('service.name', 'application'), renamed('host.name', 'host')];

/** Looks attributes up by the bytes of their keys, first by their length. */
export class AttributeTable {
  readonly #byLength: (readonly RenamedAttribute[] | undefined)[] = [];

  constructor(attributes: readonly RenamedAttribute[]) {
    for (const { key } of attributes) this.#byLength[key.length] ??= attributes.filter((other) => other.key.length === key.length);
  }

  find(buf: Buffer, start: number, end: number): RenamedAttribute | undefined {
    const candidates = this.#byLength[end - start];
    if (candidates === undefined) return undefined;
    for (let i = 0; i < candidates.length; i++) {
      const { key } = candidates[i]!;
      let at = key.length - 1;
      while (at >= 0 && buf[start + at] === key[at]) at--;
      if (at < 0) return candidates[i];
    }
    return undefined;
  }
}

/** `key String` tags that are always the same. */
export function textTag(key: string, text: string): Head {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return new Head(tagHead(key, TypeCode.STRING), length, bytes);
}

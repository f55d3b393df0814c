import { describeIssues, JsonSyntaxError, parseJson, type Authorizer, type Decision, type Right } from '@hercules/metadata';
import { HerculesError } from '@hercules/protocol';
import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import type { Caller } from './caller.ts';
import { readOptional, readRequired, type Parameter } from './parameter.ts';

export interface ApiRequestParts {
  readonly caller: Caller;
  readonly headers: IncomingHttpHeaders;
  readonly query: ReadonlyMap<string, string>;
  /** The whole query string, for parameters that may repeat. */
  readonly queryString: string;
  /** Segments of the path that the route leaves open, decoded. */
  readonly segments: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly authorizer: Authorizer;
}

/** A request whose caller is known. Its methods throw HerculesError, so a route reads as the list of its checks in their order. */
export class ApiRequest {
  readonly caller: Caller;
  readonly headers: IncomingHttpHeaders;
  /** What was sent; empty for a route without a body. */
  readonly body: Buffer;
  readonly #query: ReadonlyMap<string, string>;
  readonly #queryString: string;
  readonly #segments: Readonly<Record<string, string>>;
  readonly #authorizer: Authorizer;

  constructor({ caller, headers, query, queryString, segments, body, authorizer }: ApiRequestParts) {
    this.caller = caller;
    this.headers = headers;
    this.body = body;
    this.#query = query;
    this.#queryString = queryString;
    this.#segments = segments;
    this.#authorizer = authorizer;
  }

  /** A segment that the route's path leaves open, e.g. `name` of `/streams/:name`. */
  segment(name: string): string {
    return this.#segments[name] ?? '';
  }

  /** All values of a parameter that may repeat, in their order, unchecked. */
  all(name: string): string[] {
    return new URLSearchParams(this.#queryString).getAll(name);
  }

  /** The value of a parameter that must be there. Throws INVALID_ARGUMENT. */
  required<T>(parameter: Parameter<T>): T {
    return readRequired(this.#query, parameter);
  }

  /** The value of a parameter, undefined if it is missing. Throws INVALID_ARGUMENT. */
  optional<T>(parameter: Parameter<T>): T | undefined {
    return readOptional(this.#query, parameter);
  }

  /** True if the parameter is there, whatever its value. */
  has(name: string): boolean {
    return this.#query.has(name);
  }

  /** The JSON body as the schema reads it; `what` names it in error texts. Throws INVALID_ARGUMENT. */
  document<S extends z.ZodType>(schema: S, what: string): z.infer<S> {
    const document = this.#parseBody(what);
    const result = schema.safeParse(document);
    if (result.success) return result.data;
    throw new HerculesError('INVALID_ARGUMENT', `Invalid ${what}: ${describeIssues(result.error, document)}`);
  }

  /** Throws UNAUTHORIZED_RIGHT (401) or PERMISSION_DENIED (403) unless the caller has this right on the name (apis §2). */
  requireRight(right: Right, name: string): void {
    this.requireAnyRight([right], name);
  }

  /** The same for several rights, one of which is enough: 403 if the key has one of them elsewhere or is blacklisted, else 401. */
  requireAnyRight(rights: readonly Right[], name: string): void {
    const { caller } = this;
    if (caller.kind === 'master') return;
    if (caller.kind === 'anonymous') throw new HerculesError('UNAUTHENTICATED', 'This needs an API key');
    const decisions: Decision[] = rights.map((right) => this.#authorizer.authorize(caller, right, name));
    if (decisions.includes('allowed')) return;
    const wanted = rights.join(' or ');
    if (decisions.includes('denied')) {
      throw new HerculesError('PERMISSION_DENIED', `The key has no ${wanted} right on '${name}'`);
    }
    throw new HerculesError('UNAUTHORIZED_RIGHT', `The key has no rule with the ${wanted} right`);
  }

  #parseBody(what: string): unknown {
    try {
      return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(this.body));
    } catch (error) {
      const reason = error instanceof JsonSyntaxError ? error.message : 'it is no UTF-8 text';
      throw new HerculesError('INVALID_ARGUMENT', `The body must be a ${what} as JSON, but cannot be read: ${reason}`);
    }
  }
}

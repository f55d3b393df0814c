import { errors, types } from 'cassandra-driver';

const { responseErrorCodes: CODES } = types;

/** What the server says when it will never carry the statement out as it stands. */
const FINAL: ReadonlySet<number> = new Set([CODES.invalid, CODES.syntaxError, CODES.configError, CODES.unauthorized]);

/** Whether a change of the schema may succeed later. */
export function ddlOutcome(error: unknown): 'retry' | 'refused' {
  return error instanceof errors.ResponseError && FINAL.has(error.code) ? 'refused' : 'retry';
}

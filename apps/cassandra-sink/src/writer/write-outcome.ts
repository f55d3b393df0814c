import { errors, types } from 'cassandra-driver';

/**
 * What an error of the driver says about the rows that were sent:
 * `retry` – they may be taken later; `refused` – they never will be, as far as they are to blame; `store` – Cassandra cannot be used at all.
 */
export type WriteOutcome = 'retry' | 'refused' | 'store';

const { responseErrorCodes: CODES } = types;

/** Codes of the native protocol (section 9) by what they mean for the rows. */
const BY_CODE: ReadonlyMap<number, WriteOutcome> = new Map([
  [CODES.serverError, 'retry'],
  [CODES.overloaded, 'retry'],
  [CODES.isBootstrapping, 'retry'],
  [CODES.truncateError, 'retry'],
  [CODES.writeTimeout, 'retry'],
  [CODES.writeFailure, 'retry'],
  [CODES.unavailableException, 'retry'],
  [CODES.invalid, 'refused'],
  [CODES.syntaxError, 'refused'],
]);

/** A table that is missing is no fault of the rows. */
const MISSING_TABLE = /unconfigured table|table .* does not exist|keyspace .* does not exist/i;

export function writeOutcome(error: unknown): WriteOutcome {
  if (error instanceof errors.OperationTimedOutError || error instanceof errors.BusyConnectionError) return 'retry';
  if (!(error instanceof errors.ResponseError)) return 'store';
  if (MISSING_TABLE.test(error.message)) return 'store';
  return BY_CODE.get(error.code) ?? 'store';
}

/** A short stable word for metrics and dead letters. */
export function failureReason(error: unknown): string {
  if (error instanceof errors.OperationTimedOutError) return 'client_timeout';
  if (error instanceof errors.ResponseError) return NAMES.get(error.code) ?? `error_0x${error.code.toString(16)}`;
  return 'connection_failed';
}

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(CODES).flatMap(([name, code]) =>
    typeof code === 'number' ? [[code, name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)]] : [],
  ),
);

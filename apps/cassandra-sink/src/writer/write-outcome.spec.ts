import { errors, types } from 'cassandra-driver';
import { failureReason, writeOutcome } from './write-outcome.ts';

const CODES = types.responseErrorCodes;
const response = (code: number, message = 'x') => new errors.ResponseError(code, message);

it.each<[string, unknown, string, string]>([
  ['a write time-out', response(CODES.writeTimeout), 'retry', 'write_timeout'],
  ['too few replicas', response(CODES.unavailableException), 'retry', 'unavailable_exception'],
  ['overload', response(CODES.overloaded), 'retry', 'overloaded'],
  ['a server error', response(CODES.serverError), 'retry', 'server_error'],
  ['an invalid query', response(CODES.invalid), 'refused', 'invalid'],
  ['a missing table', response(CODES.invalid, 'unconfigured table x'), 'store', 'invalid'],
  ['no permission', response(CODES.unauthorized), 'store', 'unauthorized'],
  ['silence', new errors.OperationTimedOutError('x'), 'retry', 'client_timeout'],
  ['no host', new errors.NoHostAvailableError({}), 'store', 'connection_failed'],
  ['anything else', new Error('x'), 'store', 'connection_failed'],
])('%s', (_what, error, outcome, reason) => expect([writeOutcome(error), failureReason(error)]).toEqual([outcome, reason]));

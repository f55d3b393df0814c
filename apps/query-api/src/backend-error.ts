import { HerculesError } from '@hercules/protocol';
import { errors, types } from 'cassandra-driver';

const { responseErrorCodes: CODES } = types;

/** What a failure of Cassandra means for whoever asked: TIMEOUT (408) when it was too slow, else BACKEND_UNAVAILABLE (503). */
export function asBackendError(error: unknown, what: string): HerculesError {
  const isSlow =
    error instanceof errors.OperationTimedOutError || (error instanceof errors.ResponseError && error.code === CODES.readTimeout);
  const message = error instanceof Error ? error.message : String(error);
  if (isSlow) return new HerculesError('TIMEOUT', `The store did not give ${what} in time; try again later`, { cause: error });
  return new HerculesError('BACKEND_UNAVAILABLE', `Cassandra did not give ${what}: ${message}`, { cause: error });
}

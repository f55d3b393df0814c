type Log = (fieldsOrMessage: object | string, message?: string) => void;

/** What libraries need of a logger; pino's logger is one. The first argument may be structured fields. */
export interface Logger {
  readonly debug: Log;
  readonly info: Log;
  readonly warn: Log;
  readonly error: Log;
}

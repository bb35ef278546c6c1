type LogMethod = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** The four levels pure code may log at, and bindings for what every line of a part carries; pino has this shape. */
export interface Logger {
  debug: LogMethod;
  info: LogMethod;
  warn: LogMethod;
  error: LogMethod;
  child(bindings: Readonly<Record<string, unknown>>): Logger;
}

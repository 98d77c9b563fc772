import pino from 'pino';

/** Structured logs on stderr. Ids and names only: never message bodies, phone numbers, QR texts or tokens. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const STDERR = 2;

/** `fields` stand on every line. Errors under `err` are written with name, message and stack. */
export const fleetLog = (level: string, fields: object): Log =>
  pino({ level, base: fields, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: STDERR, sync: false }));

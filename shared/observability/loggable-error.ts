interface LoggableError {
  readonly name: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: LoggableError;
}

/**
 * What of an error may stand in a log. Errors of the SDK carry items and requests as properties, with numbers and texts
 * in them, and the logger would write those out.
 */
export function loggableError(error: unknown): LoggableError {
  if (!(error instanceof Error)) return { name: typeof error };
  const { code } = error as Error & { code?: unknown };
  return {
    name: error.name,
    ...(typeof code === 'string' && { code }),
    ...(error.stack !== undefined && { stack: error.stack }),
    ...(error.cause !== undefined && { cause: loggableError(error.cause) }),
  };
}

/** Something the user can put right: shown as one line, without a stack. `exitCode` 2 is a wrong command line. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The system's code of an error (ENOENT, EADDRINUSE). By shape: errors of another realm are no instance of ours. */
export const errorCode = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

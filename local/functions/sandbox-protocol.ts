/* What passes between the host and the worker thread that is a function's sandbox. */

export interface SandboxData {
  readonly bundle: string; // file URL of the module
  readonly exportName: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMiB: number;
}

export interface Invocation {
  readonly requestId: string;
  readonly event: string; // JSON
  readonly deadlineMs: number; // Unix time
}

export interface FunctionFailure {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

/** `isFatal`: the module could not be loaded, so this sandbox is of no use. */
export type Outcome =
  | { readonly ok: true; readonly result: string | undefined } // JSON
  | { readonly ok: false; readonly failure: FunctionFailure; readonly isFatal: boolean };

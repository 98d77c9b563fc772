import type { FuzzAnswer } from './check-answer.ts';
import type { FuzzRequest } from './request.ts';
import type { FuzzOperation } from './operations.ts';

/** A Blazz to send requests to. */
export interface FuzzWorld {
  /** Workspace ids by caller. */
  readonly workspaces: Readonly<Record<'own' | 'stranger', string>>;
  /** Makes the call, its marks replaced already. */
  call(request: FuzzRequest, operation: FuzzOperation): Promise<FuzzAnswer>;
  /** Keys of what was written since the last call, bookkeeping left out; `undefined` if this world cannot tell. */
  written(): readonly string[] | undefined;
  stop(): Promise<void>;
}

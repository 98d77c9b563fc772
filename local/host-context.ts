import { join } from 'node:path';
import type { DataDir } from './data-dir/data-dir.ts';
import { LogFile } from './log-file.ts';
import type { Options } from './options.ts';

/** What every part of a starting host is given. */
export interface HostContext {
  readonly options: Options;
  readonly dir: DataDir;
  /** Whatever is started is entered here, and ended in reverse order. */
  readonly closing: AsyncDisposableStack;
  /** Aborts when the host is told to stop while it starts. */
  readonly signal: AbortSignal;
}

/** `<data-dir>/logs/<name>.log`, closed with the host. */
export function openLog({ dir, closing }: Pick<HostContext, 'dir' | 'closing'>, name: string): LogFile {
  const log = new LogFile(join(dir.logs, `${name}.log`));
  closing.defer(() => log.close());
  return log;
}

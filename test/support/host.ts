import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostProcess, type LocalJson } from '../../local/client/host-process.ts';

export interface TestHostOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Kept at the end; without it a temporary one, removed by `stop` and `kill`. */
  readonly dataDir?: string;
}

export interface TestHost {
  readonly local: LocalJson; // as it was when the host was ready
  readonly dataDir: string;
  readonly process: HostProcess;
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number | null>;
  /** kill -9. */
  kill(): Promise<void>;
}

/** The real host in a process of its own, on free ports. Its first start after a change synthesizes: allow a minute. */
export async function startHost({ args = [], env = {}, dataDir }: TestHostOptions = {}): Promise<TestHost> {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'blazz-test-host-')));
  const clearUp = async (): Promise<void> => {
    if (dataDir === undefined) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  const host = await HostProcess.start({ dataDir: folder, args, env }).catch(async (error: unknown) => {
    await clearUp();
    throw error;
  });
  return {
    local: await host.local(),
    dataDir: folder,
    process: host,
    async stop() {
      const code = await host.stop();
      await clearUp();
      return code;
    },
    async kill() {
      await host.kill();
      await clearUp();
    },
  };
}

import { FleetEnv } from '../shared/config/fleet-env.ts';
import { loadConfig } from '../shared/config/load-config.ts';
import { buildInstance } from './build-instance.ts';
import type { Instance } from './lifecycle/instance.ts';

/** Exit codes that whoever restarts us may read in its log. */
const EXIT = { done: 0, failed: 1, leaseLost: 70 } as const;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Runs one fleet instance until it is told to stop, may not go on, or its parent is gone. */
async function run(): Promise<void> {
  const config = loadConfig(FleetEnv);
  let instance: Instance | undefined;
  let isStopping = false;

  const exit = (code: number): never => {
    instance?.killBrowsers();
    process.exit(code);
  };

  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => exit(EXIT.failed), config.STOP_TIMEOUT_SECONDS * 1_000).unref();
    const stopping = instance ? instance.stop() : Promise.resolve();
    stopping.then(() => exit(EXIT.done), (error: unknown) => fail(error));
  };

  const fail = (error: unknown): never => {
    say(`The instance ends: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return exit(EXIT.failed);
  };

  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
  process.on('uncaughtException', fail);
  if (config.PARENT_WATCH) process.stdin.on('end', stop).on('error', stop).resume();

  instance = await buildInstance(config, { onLeaseLost: () => exit(EXIT.leaseLost), onDrainRequested: stop, onBug: fail });
  await instance.start();
  process.stdout.write(`${JSON.stringify({ ready: true, id: instance.id, url: instance.url, pid: process.pid })}\n`);
}

run().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  process.exit(EXIT.failed);
});

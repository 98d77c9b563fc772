import { Host } from './host.ts';
import { watchParents } from './children/watch-parents.ts';
import { readOptions, USAGE, type Options } from './options.ts';
import { StartError } from './start-error.ts';
import { summary } from './summary.ts';

const STOP_LIMIT_MS = 180_000; // instances may take two minutes to drain

async function run(options: Options): Promise<number> {
  const host = new Host(options);
  const told = Promise.withResolvers<void>();
  let timesTold = 0;
  const atOnce = (): never => {
    host.killChildren();
    return process.exit(1);
  };
  const onSignal = (): void => {
    timesTold++;
    told.resolve();
    if (timesTold > 1) atOnce();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  watchParents(told.resolve);
  try {
    const view = await Promise.race([host.start(), told.promise]);
    if (view) console.log(summary(view, host.dataDir));
    await told.promise;
    console.log('Stopping …');
    return 0;
  } finally {
    setTimeout(atOnce, STOP_LIMIT_MS).unref();
    await host.stop();
  }
}

/** The exit code. */
async function main(): Promise<number> {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options !== 'help') return await run(options);
    console.log(USAGE);
    return 0;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    console.error(error.message);
    return error.exitCode;
  }
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', () => undefined); // whoever read it is gone: no reason not to stop in order
}
process.exit(await main());

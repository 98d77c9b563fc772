import { HELP, parseOptions } from './options.ts';
import { watchParent } from './parent-watch.ts';
import { startService } from './service.ts';

const STOP_LIMIT_MS = 5000;

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(`${HELP}\n`);
    return;
  }
  const stopping = Promise.withResolvers<void>();
  process.once('SIGTERM', stopping.resolve);
  process.once('SIGINT', stopping.resolve);
  watchParent(stopping.resolve);

  const service = await startService(options);
  const { control, page, spki } = service;
  process.stdout.write(`${JSON.stringify({ control, page, spki, pid: process.pid })}\n`);

  await stopping.promise;
  setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
  await service.stop();
  process.exit(0); // a watched stdin would keep the process alive
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

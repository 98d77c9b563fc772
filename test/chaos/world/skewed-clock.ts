import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * Loaded into a fleet process before its own code (`--import`): its wall clock then shows the true time plus what
 * `<dir>/<pid>` says, in ms, as if somebody had set the machine's clock. Monotonic time stays what it is.
 */
const LOOK_EVERY_MS = 100;
const folder = new URL(import.meta.url).searchParams.get('dir') ?? '';
const file = join(folder, String(process.pid));
let offsetMs = 0;

function look(): void {
  try {
    offsetMs = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    offsetMs = 0; // nobody set it
  }
}

const TrueDate = Date;
const now = (): number => TrueDate.now() + offsetMs;

globalThis.Date = new Proxy(TrueDate, {
  construct: (target, args: [], newTarget) => Reflect.construct(target, args.length > 0 ? args : [now()], newTarget) as Date,
  apply: () => new TrueDate(now()).toString(),
  get: (target, property, receiver) => (property === 'now' ? now : (Reflect.get(target, property, receiver) as unknown)),
});

setInterval(look, LOOK_EVERY_MS).unref();

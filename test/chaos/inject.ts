import { setTimeout as delay } from 'node:timers/promises';
import { FAULTS } from './fault-kinds.ts';
import { STRIKES } from './faults/all-faults.ts';
import type { Struck } from './faults/fault.ts';
import type { PlannedFault } from './plan.ts';
import type { Scene } from './scene.ts';

/** A fault as it went. */
export interface InjectedFault {
  readonly planned: PlannedFault;
  readonly at: string;
  readonly target: string;
  /** Why it struck nobody; `null` when it did. */
  readonly skipped: string | null;
}

/** Injects the faults of a plan in their time, each undone when its time is over. Ends when all are; an abort ends it at once, with all undone. */
export async function inject(scene: Scene, plan: readonly PlannedFault[], signal: AbortSignal): Promise<readonly InjectedFault[]> {
  const startedAt = performance.now();
  const untilItsTime = ({ atMs }: PlannedFault) => pause(atMs - (performance.now() - startedAt), signal);
  const injected = await Promise.all(
    plan.map(async (fault) => {
      await untilItsTime(fault);
      return signal.aborted ? undefined : injectOne(scene, fault, signal);
    }),
  );
  return injected.filter((one) => one !== undefined);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await delay(ms, undefined, { signal }).catch(() => undefined);
}

async function injectOne(scene: Scene, planned: PlannedFault, signal: AbortSignal): Promise<InjectedFault> {
  const { turmoil, say, watch } = scene;
  const at = new Date().toISOString();
  turmoil.begin();
  watch.takeovers.disturb();
  try {
    const struck = await strike(scene, planned);
    if ('skipped' in struck) {
      say(`${label(planned)}: nothing done, ${struck.skipped}`);
      return { planned, at, target: '', skipped: struck.skipped };
    }
    const time = struck.undo ? `, for ${Math.round(planned.durationMs / 1_000)} s` : '';
    say(`${label(planned)}: ${FAULTS[planned.kind].what}, ${struck.target}${time}`);
    if (struck.undo) await pause(planned.durationMs, signal);
    await struck.undo?.();
    await struck.ending;
    return { planned, at, target: struck.target, skipped: null };
  } finally {
    turmoil.end();
  }
}

const label = ({ number, kind }: PlannedFault): string => `#${number} ${kind}`;

/** Whom it was meant for may go at the same moment; a fault that could not be injected proves nothing, and breaks nothing. */
const strike = (scene: Scene, fault: PlannedFault): Promise<Struck> =>
  STRIKES[fault.kind](scene, fault).catch((error: unknown) => ({ skipped: error instanceof Error ? error.message : String(error) }));

import { until } from '../../../local/client/until.ts';
import type { PlannedFault } from '../plan.ts';
import type { Scene } from '../scene.ts';
import { browsersOf, signal, signalAll } from '../world/processes.ts';
import type { InstanceProcess, World } from '../world/world.ts';
import { pickOf, type Strike, type Struck } from './fault.ts';

const REPLACED_WITHIN_MS = 180_000;
const CLOCK_OFF_MINUTES = [2, 10] as const;

/** One that has something to lose, if any has. */
export async function victim({ world, watch }: Scene, fault: PlannedFault): Promise<InstanceProcess | undefined> {
  const instances = await world.instances();
  return pickOf(instances.filter(({ id }) => watch.sessionsOn(id).length > 0), fault) ?? pickOf(instances, fault);
}

const NOBODY: Struck = { skipped: 'no instance is ready' };

export const killInstance: Strike = async (scene, fault) => {
  const instance = await victim(scene, fault);
  if (!instance) return NOBODY;
  expectTakeover(scene, instance, fault);
  signal(instance.pid, 'SIGKILL');
  return { target: instance.id };
};

/** Starts the clock for every session of an instance that is about to be lost. */
export function expectTakeover({ watch, turmoil }: Scene, { id }: InstanceProcess, { kind }: PlannedFault): void {
  watch.takeovers.expect(watch.sessionsOn(id), id, kind, turmoil.isCalmButForOne());
}

/** Its browsers run on, and their pages with them: what was handed to them goes out while nobody is there to listen. */
export const freezeInstance: Strike = async (scene, fault) => {
  const instance = await victim(scene, fault);
  if (!instance) return NOBODY;
  expectTakeover(scene, instance, fault);
  signal(instance.pid, 'SIGSTOP');
  return { target: instance.id, undo: () => void signal(instance.pid, 'SIGCONT') };
};

/** As a machine that is suspended. The browsers wake first: they get to act before their instance can see what time it is. */
export const freezeInstanceAndBrowsers: Strike = async (scene, fault) => {
  const instance = await victim(scene, fault);
  if (!instance) return NOBODY;
  const pids = (await browsersOf(instance.pid)).flatMap((browser) => browser.pids);
  expectTakeover(scene, instance, fault);
  signalAll([instance.pid, ...pids], 'SIGSTOP');
  return { target: `${instance.id} and ${pids.length} processes of its browsers`, undo: () => signalAll([...pids, instance.pid], 'SIGCONT') };
};

export const drainInstance: Strike = async (scene, fault) => {
  const instance = await victim(scene, fault);
  if (!instance) return NOBODY;
  signal(instance.pid, 'SIGTERM');
  return { target: instance.id };
};

/** As a deploy does: the next one goes once the one before is replaced. One that is killed meanwhile is replaced too. */
export const restartRolling: Strike = async ({ world }) => {
  const instances = await world.instances();
  return { target: instances.map(({ id }) => id).join(', '), ending: restartEach(world, instances) };
};

async function restartEach(world: World, instances: readonly InstanceProcess[]): Promise<void> {
  for (const { id, pid } of instances) {
    signal(pid, 'SIGTERM');
    await until(
      async () => {
        const ready = await world.instances();
        return ready.length >= world.wantedInstances && ready.every((instance) => instance.id !== id);
      },
      { what: `${id} to be replaced`, timeoutMs: REPLACED_WITHIN_MS },
    );
  }
}

/** `variant` says how far, and in which direction. */
export const setClock: Strike = async (scene, fault) => {
  const instance = await victim(scene, fault);
  if (!instance) return NOBODY;
  const [least, most] = CLOCK_OFF_MINUTES;
  const part = Math.abs(fault.variant - 0.5) * 2;
  const minutes = Math.sign(fault.variant - 0.5) * (least + part * (most - least));
  await scene.world.clocks.set(instance.pid, Math.round(minutes * 60_000));
  return { target: `${instance.id} by ${minutes.toFixed(1)} min`, undo: () => scene.world.clocks.right(instance.pid) };
};

export const killHost: Strike = async ({ world }) => {
  await world.killHost();
  return { target: 'the host with all instances and functions', ending: world.startHost() };
};

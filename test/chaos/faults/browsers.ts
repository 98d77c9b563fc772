import type { PlannedFault } from '../plan.ts';
import type { Scene } from '../scene.ts';
import { browsersOf, signal, signalAll, type Browser } from '../world/processes.ts';
import { pickOf, type Strike, type Struck } from './fault.ts';

async function victim({ world }: Scene, fault: PlannedFault): Promise<Browser | undefined> {
  const instances = await world.instances();
  return pickOf((await Promise.all(instances.map(({ pid }) => browsersOf(pid)))).flat(), fault);
}

const NOBODY: Struck = { skipped: 'no browser runs' };

export const killRenderer: Strike = async (scene, fault) => {
  const browser = await victim(scene, fault);
  const renderer = browser && pickOf(browser.renderers, fault);
  if (renderer === undefined) return NOBODY;
  signal(renderer, 'SIGKILL');
  return { target: `process ${renderer}` };
};

export const killBrowser: Strike = async (scene, fault) => {
  const browser = await victim(scene, fault);
  if (!browser) return NOBODY;
  signalAll(browser.pids, 'SIGKILL');
  return { target: `process ${browser.pid} and ${browser.pids.length - 1} of its own` };
};

export const freezeBrowser: Strike = async (scene, fault) => {
  const browser = await victim(scene, fault);
  if (!browser) return NOBODY;
  signalAll(browser.pids, 'SIGSTOP');
  return { target: `process ${browser.pid} and ${browser.pids.length - 1} of its own`, undo: () => signalAll(browser.pids, 'SIGCONT') };
};

import { setTimeout as delay } from 'node:timers/promises';
import { linkSession } from '../../local/client/link-session.ts';
import { RestWatch } from './at-rest.ts';
import { isGreen, type ChaosOptions, type ChaosResult } from './chaos-result.ts';
import { WRITERS_PREFIX } from './facts/chat-history.ts';
import { collectFacts } from './facts/collect-facts.ts';
import { inject } from './inject.ts';
import { findViolations } from './invariants/check.ts';
import { planFaults } from './plan.ts';
import { seededRandom } from './random.ts';
import { newRecords, type LinkedNumber } from './records.ts';
import type { Scene } from './scene.ts';
import { SessionWatch } from './session-watch.ts';
import { StatusWatch } from './status-watch.ts';
import { runCampaigns } from './traffic/campaigns.ts';
import { sendDirectMessages } from './traffic/direct-messages.ts';
import { writeToUs } from './traffic/incoming-messages.ts';
import { Turmoil } from './turmoil.ts';
import { World } from './world/world.ts';

const SENDER_PREFIX = 49_157_000_000_00;
const PEOPLE_PREFIX = '+491591';
const WRITERS = 6;
const SHOW_EVERY_MS = 500;

/** Starts all of Blazz, breaks it as planned while it works, and looks at what became of it. `undefined`: it was ended early. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult | undefined> {
  const { instances, leaseSeconds, leaseMarginSeconds } = options;
  const env = { LEASE_TTL_SECONDS: String(leaseSeconds), LEASE_MARGIN_SECONDS: String(leaseMarginSeconds), SNAPSHOT_INTERVAL_SECONDS: '20' };
  const world = await World.start({ instances, env });
  let keep = true; // until we know better
  try {
    const result = await runIn(world, options);
    keep = options.keep || (result !== undefined && !isGreen(result));
    return result && { ...result, dataDir: keep ? world.dataDir : null };
  } finally {
    if (keep) options.say(`tables, logs and ledger are kept in ${world.dataDir}`);
    await world.close({ keep });
  }
}

async function runIn(world: World, options: ChaosOptions): Promise<ChaosResult | undefined> {
  const { seed, totalMs, kinds, gapMs, leaseSeconds, restMs, say, signal } = options;
  const plan = planFaults({ seed, totalMs, kinds, gapMs, leaseMs: leaseSeconds * 1_000 });
  const scene = await makeScene(world, options);
  const people = await world.phones.registerMany(PEOPLE_PREFIX, options.people);
  const over = new AbortController();
  const statusWatch = new StatusWatch();
  const watching = [scene.watch.run(over.signal), statusWatch.run(scene, over.signal), showProgress(scene, options, over.signal)];
  try {
    const injected = await underTraffic(scene, people, options, () => inject(scene, plan, signal));
    if (signal.aborted) return undefined;
    say('all is put right; waiting for everything to come to rest');
    const left = await new RestWatch(scene).wait(restMs, signal);
    const facts = await collectFacts(scene, people, statusWatch);
    const violations = findViolations(facts);
    return { options, plan, injected, takeovers: scene.watch.takeovers.done, facts, left, violations, dataDir: null };
  } catch (error) {
    if (signal.aborted) return undefined; // whatever failed was cut short
    throw error;
  } finally {
    over.abort();
    await Promise.all(watching);
  }
}

async function showProgress({ watch, records, turmoil, sessions }: Scene, { show, totalMs }: ChaosOptions, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  while (!signal.aborted) {
    const percent = Math.min(100, Math.round(((performance.now() - startedAt) * 100) / totalMs));
    const connected = sessions.filter(({ sessionId }) => watch.isConnected(sessionId)).length;
    show?.(`${percent} %, ${turmoil.active} faults at work, ${connected} of ${sessions.length} connected, ${records.campaigns.length} campaigns, ${records.direct.length} messages out and ${records.written.length} in`);
    await delay(SHOW_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function makeScene(world: World, { seed, sessions: count, say, signal: ended }: ChaosOptions): Promise<Scene> {
  const numbers = Array.from({ length: count }, (_, i) => `+${SENDER_PREFIX + i}`);
  const sessions = await Promise.all(
    numbers.map(async (number): Promise<LinkedNumber> => {
      const { id } = await linkSession(world.blazz, world.phones, number, { pacing: { profile: 'unlimited' } });
      return { sessionId: id, number };
    }),
  );
  const watch = new SessionWatch(world, sessions);
  await watch.look();
  return { world, sessions, watch, records: newRecords(), turmoil: new Turmoil(), random: seededRandom(seed), ended, say };
}

/** Everybody writes from before the first fault until after the last, and for the whole time it was to take. */
async function underTraffic<T>(scene: Scene, people: readonly string[], { totalMs, signal }: ChaosOptions, work: () => Promise<T>): Promise<T> {
  const writers = await scene.world.phones.registerMany(WRITERS_PREFIX, WRITERS);
  const enough = new AbortController();
  const traffic = Promise.all([
    runCampaigns(scene, people, enough.signal),
    sendDirectMessages(scene, people, enough.signal),
    writeToUs(scene, writers, enough.signal),
  ]);
  try {
    const [result] = await Promise.all([Promise.race([work(), failureOf(traffic)]), delay(totalMs, undefined, { signal }).catch(() => undefined)]);
    return result;
  } finally {
    enough.abort();
    await traffic;
  }
}

/** Never resolves: traffic that ends by itself has failed. */
const failureOf = (traffic: Promise<unknown>): Promise<never> => new Promise((_, reject) => { traffic.catch(reject); });

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startInProcessWorld } from '../../fuzz/in-process-world.ts';
import { fuzzOperations } from '../../fuzz/operations.ts';
import { runFuzz } from '../../fuzz/run-fuzz.ts';
import type { FuzzWorld } from '../../fuzz/world.ts';

/* The same requests each time, so that a red test is somebody's change; `npm run fuzz` looks for what is new. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 2_500);
const LIMIT_MS = 600_000;
/** What has to have gone well in a round, or the round saw nothing but refusals. */
const MUST_SUCCEED = ['createSession', 'sendMessage', 'createContact', 'importContacts', 'createCampaign', 'addRecipients', 'createWebhook', 'createApiKey', 'createUpload', 'listSessions', 'getChat'];

describe('every route of the API, fuzzed from its OpenAPI document', () => {
  let world: FuzzWorld;
  beforeAll(async () => {
    world = await startInProcessWorld();
  });
  afterAll(() => world.stop());

  it(`answers as documented, and what it refuses leaves no trace (I6, I8); FUZZ_SEED=${SEED} FUZZ_RUNS=${RUNS}`, async () => {
    const { calls, statuses, failures } = await runFuzz(world, { seed: SEED, runs: RUNS });
    expect(failures).toEqual([]);
    expect(calls).toBeGreaterThanOrEqual(RUNS);
    expect([...statuses.keys()].sort()).toEqual(fuzzOperations().map(({ id }) => id).sort());
    const succeeded = [...statuses].filter(([, counts]) => [...counts.keys()].some((status) => status < 300)).map(([id]) => id);
    expect(succeeded).toEqual(expect.arrayContaining(MUST_SUCCEED));
  }, LIMIT_MS);
});

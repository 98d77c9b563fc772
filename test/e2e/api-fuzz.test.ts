import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callJson } from '../../local/client/http-json.ts';
import { httpWorld } from '../fuzz/http-world.ts';
import { runFuzz } from '../fuzz/run-fuzz.ts';
import { Stack } from './stack.ts';

const START_MS = 150_000;
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 500);
/* They wait for a fleet, which is not there. */
const WAITING = ['requestPairingCode'];

describe('the API over HTTP, fuzzed from its OpenAPI document', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start({ args: ['--instances', '0'] });
  }, START_MS);
  afterAll(() => stack?.close(), START_MS);

  it(`answers as documented (I6, I8); FUZZ_SEED=${SEED} FUZZ_RUNS=${RUNS}`, async () => {
    const { calls, failures } = await runFuzz(await httpWorld(stack.local), { seed: SEED, runs: RUNS, except: WAITING });
    expect(failures).toEqual([]);
    expect(calls).toBeGreaterThanOrEqual(RUNS);
  }, START_MS);

  it.each<{ what: string; headers: Record<string, string>; query: string; status: number }>([
    { what: 'a header called constructor', headers: { constructor: 'x' }, query: '', status: 200 },
    { what: 'a header called __proto__', headers: { ['__proto__']: 'x' }, query: '', status: 200 },
    { what: 'a query parameter called constructor', headers: {}, query: '?constructor=1', status: 422 },
    { what: 'a query parameter called __proto__', headers: {}, query: '?__proto__=1', status: 422 },
  ])('takes $what for what it is: $status', async ({ headers, query, status }) => {
    const answer = await callJson(`${stack.local.api}/v1/sessions${query}`, { headers: { authorization: `Bearer ${stack.local.apiKey}`, ...headers } });
    expect(answer.status).toBe(status);
  });

  it('refuses a body that is no UTF-8', async () => {
    const response = await fetch(`${stack.local.api}/v1/sessions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stack.local.apiKey}`, 'content-type': 'application/json' },
      body: Buffer.from('{"\xff\xfe":1}', 'latin1'),
    });
    expect(response.status).toBe(422);
  });
});

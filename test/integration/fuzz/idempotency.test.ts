import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FuzzAnswer } from '../../fuzz/check-answer.ts';
import { startInProcessWorld } from '../../fuzz/in-process-world.ts';
import { KnownIds } from '../../fuzz/known-ids.ts';
import { fuzzOperations, type FuzzOperation } from '../../fuzz/operations.ts';
import { rightRequest, type FuzzRequest } from '../../fuzz/request.ts';
import { withKnownIds } from '../../fuzz/run-fuzz.ts';
import type { FuzzWorld } from '../../fuzz/world.ts';

const TRIES = 60;
const AT_ONCE = 4;
const OTHERS = 12;
const operations = fuzzOperations();
const idempotent = operations.filter(({ contract }) => contract.idempotent);
/* They need a message, a template, … that nobody here sends or approves. */
const NEVER_HERE = ['forwardMessage', 'reactToMessage', 'sendInChat', 'createTemplate', 'replayDeliveries'];

it('every POST that creates takes an Idempotency-Key', () => {
  const creating = operations.filter(({ contract }) => contract.method === 'POST' && 201 in contract.responses);
  expect(creating.filter(({ contract }) => !contract.idempotent)).toEqual([]);
});

describe('a request that comes again with its Idempotency-Key', () => {
  let world: FuzzWorld;
  const ids = new KnownIds();
  beforeAll(async () => {
    world = await startInProcessWorld();
  });
  afterAll(() => world.stop());

  /** A request that works, found by trying; it has been carried out once, without a key. */
  async function workingRequest(operation: FuzzOperation): Promise<FuzzRequest> {
    for (const made of fc.sample(rightRequest(operation), { seed: 7, numRuns: TRIES })) {
      const request = withKnownIds(ids, { ...made, caller: 'own' });
      const answer = await world.call(request, operation);
      if (answer.status < 300) ids.note('own', answer.text);
      if (answer.status < 300) return request;
    }
    throw new Error(`No working request for ${operation.id} in ${TRIES}`);
  }

  const codeOf = ({ text }: FuzzAnswer) => (JSON.parse(text) as { code?: string }).code;

  it.each(idempotent.map(({ id }) => id).filter((id) => !NEVER_HERE.includes(id)))('%s is carried out once, also by several at once', async (id) => {
    const operation = operations.find((one) => one.id === id) as FuzzOperation;
    const working = await workingRequest(operation);
    // a contact, say, is there by now: what must be new is new in a workspace of its own
    const request: FuzzRequest = { ...working, headers: { ...working.headers, 'idempotency-key': `key of ${id}` } };
    const caller = id === 'createContact' ? 'stranger' : 'own';
    const send = (change: Partial<FuzzRequest> = {}) => world.call({ ...request, caller, ...change }, operation);

    const together = await Promise.all(Array.from({ length: AT_ONCE }, () => send()));
    const carriedOut = together.filter(({ status, headers }) => status < 300 && headers['idempotent-replay'] === undefined);
    expect(carriedOut).toHaveLength(1);
    const refused = together.filter(({ status }) => status >= 300);
    for (const answer of refused) expect(['request_in_progress', 'already_done']).toContain(codeOf(answer));

    const again = await send();
    if (operation.contract.secretResponse) expect(codeOf(again)).toBe('already_done');
    else expect([again.headers['idempotent-replay'], JSON.parse(again.text)]).toEqual(['true', JSON.parse(carriedOut[0]?.text ?? '')]);

    expect(await codesOf(otherBodies(operation, request).map((body) => () => send({ body })))).toContain('idempotency_key_reused');
  });

  /** Other bodies for the call; not all of them are valid, and what is not is refused before the key is looked at. */
  const otherBodies = (operation: FuzzOperation, { body }: FuzzRequest) =>
    fc.sample(rightRequest(operation), { seed: 8, numRuns: OTHERS }).map((made) => withKnownIds(ids, made).body).filter((other) => other !== undefined && other !== body);

  /** The codes of refusals; an answer that is none must not be. */
  async function codesOf(calls: readonly (() => Promise<FuzzAnswer>)[]): Promise<readonly (string | undefined)[]> {
    const codes: (string | undefined)[] = [];
    for (const call of calls) {
      const answer = await call();
      if (answer.status < 300) throw new Error(`a ${answer.status} for another body under the same key`);
      codes.push(codeOf(answer));
    }
    return codes;
  }
});

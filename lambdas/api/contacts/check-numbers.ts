import type { CheckedNumberView } from '../../../shared/contracts/api/contacts.ts';
import type { contactRoutes } from '../../../shared/contracts/api/routes/contacts.ts';
import type { Contacts } from '../../../shared/domain/contacts/contacts.ts';
import { CHECK_GOOD_FOR_MS, CHECKS_A_DAY, type CheckedNumber, type NumberChecks } from '../../../shared/domain/contacts/number-checks.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { InstanceCalls } from '../../../shared/domain/sessions/instance-calls.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import type { Operation } from '../../http/api-request.ts';

export interface CheckNumbersDeps {
  readonly checks: NumberChecks;
  readonly sessions: Pick<Sessions, 'list'>;
  readonly calls: Pick<InstanceCalls, 'checkNumbers'>;
  readonly contacts: Pick<Contacts, 'find'>;
}

/** `null`: WhatsApp did not say. */
type Answer = Pick<CheckedNumber, 'number' | 'checkedAt'> & { readonly isOnWhatsApp: boolean | null };

const MOST_SESSIONS = 100;
const DAY_MS = 86_400_000;

/** Asks only about what is not known since lately, through the first of the connected numbers that may still ask today. */
export const makeCheckNumbers = (deps: CheckNumbersDeps): Operation<typeof contactRoutes.checkNumbers> =>
  async ({ workspaceId, body }) => {
    const now = Date.now(); // a repeat asks anew what has become old
    const numbers = [...new Set(body.numbers)];
    const known = await deps.checks.known(workspaceId, numbers, now - CHECK_GOOD_FOR_MS);
    const unknown = numbers.filter((number) => !known.has(number));
    const asked = unknown.length === 0 ? [] : await ask(deps, workspaceId, unknown, now);
    const contacts = await deps.contacts.find(workspaceId, numbers);
    const answers = new Map<string, Answer>([...known.values(), ...asked].map((answer) => [answer.number, answer]));
    const data = numbers.flatMap((number) => {
      const answer = answers.get(number);
      const contact = contacts.get(number);
      return answer === undefined ? [] : [viewOf(answer, contact?.isForgotten ? undefined : contact?.id)];
    });
    return { status: 200, body: { data } };
  };

const viewOf = ({ number, isOnWhatsApp, checkedAt }: Answer, contactId: string | undefined): CheckedNumberView => ({
  number,
  isOnWhatsApp,
  checkedAt: new Date(checkedAt).toISOString(),
  ...(contactId !== undefined && { contactId }),
});

async function ask(deps: CheckNumbersDeps, workspaceId: string, numbers: readonly string[], now: number): Promise<readonly Answer[]> {
  const connected = await connectedSessions(deps, workspaceId);
  if (connected.length === 0) throw noSession();
  const day = new Date(now).toISOString().slice(0, 10);
  let hadBudget = false;
  for (const session of connected) {
    if (!(await deps.checks.spend(session.id, day, numbers.length, CHECKS_A_DAY[session.pacing.profile]))) continue;
    const answers = await deps.calls.checkNumbers(session, numbers);
    if (answers !== undefined) return remembered(deps, workspaceId, numbers.map((number, i) => ({ number, isOnWhatsApp: answers[i] ?? null, checkedAt: now })));
    await deps.checks.refund(session.id, day, numbers.length);
    hadBudget = true;
  }
  throw hadBudget ? noSession() : spent(now);
}

/** The primary one first: it is the one that has talked to the most people. */
async function connectedSessions({ sessions }: CheckNumbersDeps, workspaceId: string): Promise<readonly Session[]> {
  const { items } = await sessions.list(workspaceId, { limit: MOST_SESSIONS }, { status: 'connected' });
  return items.filter(({ provider }) => provider === 'webjs').toSorted((a, b) => Number(b.isPrimary) - Number(a.isPrimary));
}

async function remembered({ checks }: CheckNumbersDeps, workspaceId: string, answers: readonly Answer[]): Promise<readonly Answer[]> {
  await checks.remember(workspaceId, answers.filter((answer): answer is CheckedNumber => answer.isOnWhatsApp !== null));
  return answers;
}

const noSession = (): DomainError =>
  new DomainError('conflict', 'no_connected_session', 'No WhatsApp Web number of this workspace is connected now. Try again once one is.', { retryAfterSeconds: 30 });

const spent = (now: number): DomainError =>
  new DomainError('throttled', 'check_budget_spent', 'Your connected numbers have asked WhatsApp about as many numbers as is safe today. Ask about fewer, or tomorrow.', {
    retryAfterSeconds: Math.ceil((DAY_MS - (now % DAY_MS)) / 1_000),
  });

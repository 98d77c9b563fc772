import type { MessageFailure } from '../../contracts/message.ts';
import { metaFailure } from './failure-codes.ts';
import type { GraphSendOutcome } from './graph.ts';

/** What to do about the answer to one send. Times are ms from now. */
export type SendVerdict =
  | { readonly kind: 'sent'; readonly wamid: string }
  /** It may be at Meta or not: held until a status webhook tells. */
  | { readonly kind: 'unknown' }
  /** It is not at Meta and may go later. `holds`: until then nothing goes to this person, or from this number. */
  | { readonly kind: 'later'; readonly waitMs: number; readonly holds: 'nothing' | 'pair' | 'number'; readonly failure: MessageFailure }
  /** `trouble`: with the number itself, so that whatever follows would be refused as well. */
  | { readonly kind: 'failed'; readonly failure: MessageFailure; readonly trouble: NumberTrouble | undefined };

/** `number`: a person has to put it right at Meta. `spam`: people take what it sends for spam, so campaigns rest. */
export type NumberTrouble = 'number' | 'spam';

const NUMBER_BUSY = [4, 80007, 130429]; // calls of the app, of the account, messages of the number
const PAIR_BUSY = 131056;
const META_BUSY = [1, 2, 131000, 131016, 131057, 133004];
const NEEDS_A_PERSON = [3, 10, 190, 368, 131005, 131031, 131037, 131042, 131045, 133010];
const SPAM = 131048;

const BUSY_MS = { least: 2_000, most: 60_000 };
const PAIR_MS = { least: 6_000, most: 60_000 };
const TROUBLE_MS = { least: 5_000, most: 600_000 };
/** About two hours of Meta's own trouble. */
const MOST_TRIES = 16;

/** @param tries how often the message was given back before */
export function verdictOn(answer: GraphSendOutcome, tries: number): SendVerdict {
  switch (answer.outcome) {
    case 'sent':
      return { kind: 'sent', wamid: answer.wamid };
    case 'unknown':
      return { kind: 'unknown' };
    case 'unreachable':
      return later(answer.reason, TROUBLE_MS, tries, 'nothing');
    case 'refused': {
      const failure = metaFailure(answer.code, answer.message);
      const askedMs = (answer.retryAfter ?? 0) * 1_000;
      if (NUMBER_BUSY.includes(answer.code)) return { kind: 'later', waitMs: Math.max(askedMs, grown(BUSY_MS, tries)), holds: 'number', failure };
      if (answer.code === PAIR_BUSY) return { kind: 'later', waitMs: Math.max(askedMs, grown(PAIR_MS, tries)), holds: 'pair', failure };
      if (META_BUSY.includes(answer.code) || answer.status >= 500) return later(failure.detail, TROUBLE_MS, tries, 'nothing');
      return { kind: 'failed', failure, trouble: troubleOf(answer.code) };
    }
  }
}

const grown = ({ least, most }: { readonly least: number; readonly most: number }, tries: number): number => Math.min(most, least * 2 ** tries);

function later(detail: string, range: typeof TROUBLE_MS, tries: number, holds: 'nothing'): SendVerdict {
  const failure = { code: 'provider_unavailable', detail };
  return tries < MOST_TRIES ? { kind: 'later', waitMs: grown(range, tries), holds, failure } : { kind: 'failed', failure, trouble: undefined };
}

function troubleOf(code: number): NumberTrouble | undefined {
  if (code === SPAM) return 'spam';
  return NEEDS_A_PERSON.includes(code) || (code >= 200 && code < 300) ? 'number' : undefined;
}

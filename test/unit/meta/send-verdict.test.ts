import { describe, expect, it } from '@jest/globals';
import type { GraphSendOutcome } from '../../../shared/domain/meta/graph.ts';
import { doubtIn } from '../../../shared/domain/meta/held-doubt.ts';
import { pairPlan } from '../../../shared/domain/meta/pair-plan.ts';
import { verdictOn } from '../../../shared/domain/meta/send-verdict.ts';
import { serviceWindow } from '../../../shared/domain/meta/service-window.ts';
import { filled, msUntil, NUMBER_RULE, taken } from '../../../shared/domain/meta/token-bucket.ts';
import { requireSupported } from '../../../shared/domain/providers/provider-types.ts';
import { anOutboundMessage } from '../../support/builders/outbound-message.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const HOUR_MS = 3_600_000;
const refused = (code: number, status = 400, retryAfter: number | null = null): GraphSendOutcome => ({ outcome: 'refused', status, code, subcode: null, message: 'why', retryAfter });

describe('the verdict on an answer of Meta', () => {
  it.each([
    ['a refusal of the person', refused(131026), 'failed', undefined],
    ['a closed window', refused(131047), 'failed', undefined],
    ['the marketing limit', refused(131049), 'failed', undefined],
    ['a rejected file', refused(131053), 'failed', undefined],
    ['a template', refused(132001), 'failed', undefined],
    ['any other parameter', refused(100), 'failed', undefined],
    ['spam', refused(131048), 'failed', 'spam'],
    ['a locked account', refused(131031), 'failed', 'number'],
    ['an unpaid account', refused(131042), 'failed', 'number'],
    ['a policy violation', refused(368), 'failed', 'number'],
    ['a bad token', refused(190, 401), 'failed', 'number'],
    ['a missing permission', refused(200, 403), 'failed', 'number'],
  ] as const)('%s: fails, trouble with the number or not', (_, answer, kind, trouble) => expect(verdictOn(answer, 0)).toMatchObject({ kind, trouble }));

  it.each([
    ['the number’s limit', refused(130429, 429), 'number'],
    ['the pair’s limit', refused(131056), 'pair'],
    ['trouble at Meta', refused(131016, 503), 'nothing'],
    ['any 5xx in Meta’s words', refused(99, 500), 'nothing'],
    ['no connection', { outcome: 'unreachable', reason: 'refused' }, 'nothing'],
  ] as const)('%s: later', (_, answer, holds) => expect(verdictOn(answer, 0)).toMatchObject({ kind: 'later', holds }));

  it('waits longer each time, as long as Meta asks for at least, and gives up in the end', () => {
    const waits = [0, 1, 2, 3].map((tries) => verdictOn(refused(131016, 503), tries)).map((verdict) => (verdict.kind === 'later' ? verdict.waitMs : -1));
    expect(waits).toEqual([5_000, 10_000, 20_000, 40_000]);
    expect(verdictOn(refused(130429, 429, 90), 0)).toMatchObject({ waitMs: 90_000 });
    expect(verdictOn(refused(131016, 503), 16)).toMatchObject({ kind: 'failed', failure: { code: 'provider_unavailable' } });
  });

  it('is unknown without an answer, however often it was tried', () => {
    expect(verdictOn({ outcome: 'unknown', reason: 'broke off' }, 20)).toEqual({ kind: 'unknown' });
  });
});

describe('a message nobody has reported on', () => {
  it.each([
    ['sending', 119_000, 'none'],
    ['sending', 120_000, 'unknown'],
    ['unknown', HOUR_MS, 'none'],
    ['unknown', 24 * HOUR_MS, 'given-up'],
    ['sending', 24 * HOUR_MS, 'given-up'],
  ] as const)('%s for %i ms: %s', (status, ageMs, expected) => {
    expect(doubtIn({ message: anOutboundMessage(), status, claimedAt: NOW - ageMs }, NOW)).toBe(expected);
  });
});

describe('the window of 24 hours', () => {
  const weekAgo = NOW - 168 * HOUR_MS;
  it.each([
    ['they wrote an hour ago', NOW - HOUR_MS, weekAgo, 'open'],
    ['they wrote yesterday', NOW - 25 * HOUR_MS, weekAgo, 'closed'],
    ['they never wrote', 0, weekAgo, 'closed'],
    ['they never wrote since we listen, for an hour', 0, NOW - HOUR_MS, 'unknown'],
  ])('%s', (_, lastReceivedAt, since, expected) => expect(serviceWindow(lastReceivedAt, since, NOW)).toBe(expected));
});

describe('limits', () => {
  it('fill again with time and never beyond the burst', () => {
    const empty = taken(filled(undefined, NUMBER_RULE, NOW), 80);
    expect(msUntil(empty, NUMBER_RULE, 1)).toBe(13);
    expect(filled(empty, NUMBER_RULE, NOW + 500).tokens).toBe(40);
    expect(filled(empty, NUMBER_RULE, NOW + HOUR_MS).tokens).toBe(80);
    expect(filled(empty, NUMBER_RULE, NOW - 5_000)).toEqual(empty); // a clock that was set back
  });

  it('let each person’s messages go in order, those behind at the pace of the pair', () => {
    const messages = Array.from({ length: 3 }, () => anOutboundMessage({ peer: '+491' }));
    const other = anOutboundMessage({ peer: '+492' });
    const plan = pairPlan([...messages, other], new Map([['+491', { tokens: 1, at: NOW }]]), NOW);
    expect(plan.go.map(({ id }) => id)).toEqual([messages[0]?.id, other.id]);
    expect(plan.later.map(({ message, dueAt }) => [message.id, dueAt - NOW])).toEqual([[messages[1]?.id, 6_000], [messages[2]?.id, 12_000]]);
    expect(plan.buckets.get('+491')).toEqual({ tokens: 0, at: NOW });
  });
});

describe('types by provider', () => {
  it.each([
    ['meta', 'poll', 'type'], ['meta', 'edit', 'type'], ['meta', 'delete', 'type'], ['meta', 'forward', 'type'], ['webjs', 'template', 'type'],
  ] as const)('%s has no %s', (provider, type, path) => {
    expect(() => requireSupported({ id: 'ses_x', provider }, { type }, '+491')).toThrow(expect.objectContaining({ code: 'unsupported_by_provider', kind: 'invalid', fields: [expect.objectContaining({ path })] }));
  });

  it('reach groups and lids on WhatsApp Web only, and business-scoped ids on Meta', () => {
    const text = { type: 'text' } as const;
    expect(() => requireSupported({ id: 'ses_x', provider: 'meta' }, text, '1203@g.us')).toThrow(expect.objectContaining({ fields: [expect.objectContaining({ path: 'to' })] }));
    expect(() => requireSupported({ id: 'ses_x', provider: 'webjs' }, text, '1203@g.us')).not.toThrow();
    expect(() => requireSupported({ id: 'ses_x', provider: 'webjs' }, text, 'US.4711')).toThrow(expect.objectContaining({ fields: [expect.objectContaining({ path: 'to' })] }));
    expect(() => requireSupported({ id: 'ses_x', provider: 'meta' }, text, 'US.4711')).not.toThrow();
  });
});

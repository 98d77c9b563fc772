import { describe, expect, it } from '@jest/globals';
import type { MessageFailure, MessageStatus } from '../../../shared/contracts/message.ts';
import type { AppliedChange, StatusChange } from '../../../shared/domain/outbox/messages.ts';
import { healthOf } from '../../../shared/domain/providers/number-health.ts';
import { NO_OUTCOMES, outcomesOf, scoreOf } from '../../../shared/domain/providers/outcomes.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { anOutboundMessage } from '../../support/builders/outbound-message.ts';
import { aSession } from '../../support/builders/session.ts';
import { queuedRow, storedOfRow } from '../../support/fakes/memory-message-table.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const FAILOVER = { enabled: true, minScore: 0.5, afterSeconds: 60 };
const agoSeconds = (seconds: number) => new Date(NOW - seconds * 1_000).toISOString();
const isUp = (session: Partial<Session>, outcomes = NO_OUTCOMES) => healthOf(aSession(session), outcomes, FAILOVER, NOW).isUp;

describe('a number', () => {
  it.each<[Partial<Session>, boolean]>([
    [{ status: 'connected' }, true],
    [{ status: 'hibernating' }, true],
    [{ status: 'disconnected', disconnectedAt: agoSeconds(20) }, true],
    [{ status: 'disconnected', disconnectedAt: agoSeconds(61) }, false],
    [{ status: 'starting', statusSince: agoSeconds(5) }, true],
    [{ status: 'starting', statusSince: agoSeconds(5), disconnectedAt: agoSeconds(300) }, false],
    [{ status: 'connected', desired: 'stopped' }, false],
    [{ status: 'action_required' }, false],
    [{ status: 'logged_out' }, false],
    [{ status: 'failed' }, false],
    [{ status: 'qr_scanning' }, false],
    [{ status: 'created' }, false],
  ])('as %j is up: %p', (session, expected) => expect(isUp(session)).toBe(expected));

  it('counts as down while too much of what it sends fails or is lost', () => {
    const connected = { status: 'connected' } as const;
    expect(isUp(connected, { sent: 0, failed: 1, unknown: 1 })).toBe(true);
    expect(isUp(connected, { sent: 0, failed: 2, unknown: 1 })).toBe(false);
    expect(isUp(connected, { sent: 20, failed: 3, unknown: 0 })).toBe(true);
    expect(scoreOf(NO_OUTCOMES)).toBe(1);
  });
});

describe('what counts for a number', () => {
  const change = (from: MessageStatus, to: StatusChange['to'], failure: MessageFailure | null = null): AppliedChange => {
    const message = { ...storedOfRow(queuedRow(anOutboundMessage())), status: to, failure };
    return { change: { messageId: message.id, to, at: NOW }, message, from };
  };
  const failed = (code: string) => change('sending', 'failed', { code, detail: '' });

  it('is each message once, and only failures that say something of it', () => {
    const applied = [
      change('sending', 'sent'), change('sending', 'delivered'), change('sent', 'read'), change('unknown', 'sent'), change('sending', 'unknown'),
      failed('rejected_by_whatsapp'), failed('account_locked'), failed('window_closed'), failed('undeliverable'), failed('media_unreachable'),
    ];
    expect(outcomesOf(applied)).toEqual({ sent: 3, failed: 2, unknown: 1 });
  });

  it('is nothing of receipts and of people’s own refusals', () => {
    expect(outcomesOf([change('sent', 'delivered'), failed('undeliverable')])).toBeUndefined();
  });
});

import { beforeEach, describe, expect, it } from '@jest/globals';
import { OutboxBacklog } from '../../../fleet/observability/outbox-backlog.ts';
import { anOutboundMessage } from '../../support/builders/outbound-message.ts';

const NOW = 1_000_000;
const dueAt = (ageSeconds: number) => anOutboundMessage({ dueAt: NOW - ageSeconds * 1_000 });
const direct = (sessionId: string) => ({ sessionId, campaignId: null });
const campaign = (sessionId: string, campaignId: string) => ({ sessionId, campaignId });

describe('OutboxBacklog', () => {
  let backlog: OutboxBacklog;
  const seen = () => ['direct', 'campaign'].map((kind) => [backlog.depth(kind as 'direct'), backlog.oldestSeconds(kind as 'direct', NOW)]);

  beforeEach(() => {
    backlog = new OutboxBacklog();
    backlog.saw(direct('a'), [dueAt(3), dueAt(7)]);
    backlog.saw(direct('b'), [dueAt(5)]);
    backlog.saw(campaign('a', 'one'), [dueAt(60)]);
    backlog.saw(campaign('a', 'two'), [dueAt(20), dueAt(10)]);
  });

  it('adds up the sessions, and is as old as the oldest of a kind, not the first', () => {
    expect(seen()).toEqual([[3, 7], [3, 60]]);
  });

  it('goes by the last look into a lane', () => {
    backlog.saw(direct('a'), []);
    backlog.saw(campaign('a', 'one'), [dueAt(1)]);
    expect(seen()).toEqual([[1, 5], [3, 20]]);
  });

  it('drops campaigns whose lanes are closed, and leaves direct messages alone', () => {
    backlog.keep('a', [campaign('a', 'two')]);
    expect(seen()).toEqual([[3, 7], [2, 20]]);
  });

  it('forgets a session that is not looked after here any more', () => {
    backlog.forget('a');
    expect(seen()).toEqual([[1, 5], [0, 0]]);
  });

  it('is never of a negative age where clocks differ', () => {
    backlog.forget('b');
    backlog.saw(direct('a'), [dueAt(-2)]);
    expect(backlog.oldestSeconds('direct', NOW)).toBe(0);
  });
});

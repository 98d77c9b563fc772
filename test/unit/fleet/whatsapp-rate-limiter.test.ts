import { beforeEach, describe, expect, it } from '@jest/globals';
import { fleetMetrics } from '../../../fleet/observability/fleet-metrics.ts';
import { ClaimQueue, type NextClaim } from '../../../fleet/sessions/claim-queue.ts';
import { KnownContacts } from '../../../fleet/sessions/known-contacts.ts';
import type { WhatsAppRateLimiter } from '../../../fleet/sessions/whatsapp-rate-limiter.ts';
import type { PacingProfile } from '../../../shared/contracts/api/sessions.ts';
import type { DailyQuiet } from '../../../shared/contracts/quiet-hours.ts';
import type { PacingRules } from '../../../shared/domain/pacing/pacing-rules.ts';
import { DEFAULT_PACING_RULES } from '../../support/builders/pacing-rules.ts';
import type { PacingStore } from '../../../shared/domain/pacing/pacing-store.ts';
import { parseQuietHours } from '../../../shared/domain/pacing/quiet-hours.ts';
import { anOutboundMessage, WORKSPACE } from '../../support/builders/outbound-message.ts';
import { anId } from '../../support/builders/session.ts';
import { aRateLimiter } from '../../support/fakes/a-rate-limiter.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';
import { memoryChats } from '../../support/fakes/memory-chats.ts';
import { memoryMessageTable, type MemoryMessageTable } from '../../support/fakes/memory-message-table.ts';
import { memoryOutbox } from '../../support/fakes/memory-outbox.ts';
import { memoryPacingStore } from '../../support/fakes/memory-pacing-store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const OLD_FRIEND = '+4915200000001';
const STRANGER = '+4915200000002';

describe('WhatsAppRateLimiter', () => {
  let sessionId: string;
  let store: PacingStore;
  let clock: FakeClock;
  let chats: ReturnType<typeof memoryChats>;
  let paused: (number | null)[];
  let warned: string[];

  beforeEach(() => {
    [sessionId, store, clock, chats, paused, warned] = [anId('ses'), memoryPacingStore(), new FakeClock(Date.now()), memoryChats(), [], []];
  });

  /** As a new owner makes it: with what is in the tables, and nothing else. */
  function makeLimiter(rules: Partial<PacingRules> = {}, pageKnows: readonly string[] = []): WhatsAppRateLimiter {
    const contacts = new KnownContacts({ workspaceId: WORKSPACE, sessionId, chats, store });
    contacts.usePage({ haveWritten: async (peers) => peers.map((peer) => pageKnows.includes(peer)) });
    return aRateLimiter(sessionId, {
      store, clock, contacts,
      rules: { ...DEFAULT_PACING_RULES, ...rules },
      warn: (code) => void warned.push(code),
      onNewChatsPaused: (until) => void paused.push(until),
    });
  }

  const hasWritten = (peer: string) => chats.touch({ workspaceId: WORKSPACE, sessionId, peer, at: clock.now(), preview: 'Hi', unread: 1, sequence: '0000000001-0000000001' });
  const to = (peer: string) => anOutboundMessage({ sessionId, peer });

  it('takes its limits along when the session moves', async () => {
    const before = makeLimiter();
    for (let sent = 0; sent < 20; sent++) {
      clock.advance(await before.waitMs('default'));
      await before.count('default', `+49152000001${sent + 10}`);
    }
    expect(await makeLimiter().waitMs('default')).toBeGreaterThan(MINUTE / 2);
  });

  it('costs an unlimited session one read', async () => {
    let [reads, writes] = [0, 0];
    const counting: PacingStore = {
      load: async () => { reads += 1; return undefined; },
      save: async () => { writes += 1; },
      loadContact: async () => { reads += 1; return []; },
      saveContact: async () => { writes += 1; },
    };
    const limiter = aRateLimiter(sessionId, { store: counting });
    for (let i = 0; i < 3; i++) {
      expect(await limiter.waitMs('unlimited')).toBe(0);
      expect(await limiter.campaignsWaitMs('unlimited')).toBe(0);
      const messages = [to(STRANGER)];
      expect(await limiter.admit('unlimited', messages)).toEqual({ now: messages, later: [] });
      await limiter.count('unlimited', STRANGER);
    }
    expect({ reads, writes }).toEqual({ reads: 1, writes: 0 });
  });

  it('writes to one person four times an hour, until they answer, wherever the session runs', async () => {
    const limiter = makeLimiter();
    for (let i = 0; i < 4; i++) await limiter.count('default', STRANGER);
    const [message, other] = [to(STRANGER), to(OLD_FRIEND)];
    expect(await makeLimiter().admit('default', [message, other])).toEqual({ now: [other], later: [{ message, dueAt: clock.now() + HOUR }] });
    clock.advance(1);
    limiter.onReceived([STRANGER]);
    expect(await limiter.admit('default', [message])).toEqual({ now: [message], later: [] });
  });

  describe('after WhatsApp took and then refused a message', () => {
    it('opens no new chats for a day, and answers those who wrote to us', async () => {
      await hasWritten(OLD_FRIEND);
      const until = clock.now() + 24 * HOUR;
      expect(await makeLimiter().explainRefusal(STRANGER)).toMatchObject({ code: 'time_locked', detail: expect.stringContaining(new Date(until).toISOString()) });
      const [friend, stranger, fromPage] = [to(OLD_FRIEND), to(STRANGER), to('+4915200000003')];
      const next = makeLimiter({}, ['+4915200000003']);
      expect(await next.admit('unlimited', [stranger, friend, fromPage])).toEqual({ now: [friend, fromPage], later: [{ message: stranger, dueAt: until }] });
      expect({ paused, warned }).toEqual({ paused: [null, until, until], warned: ['time_locked'] });
      next.onReceived([STRANGER]);
      expect(await next.admit('unlimited', [stranger])).toMatchObject({ now: [stranger] });
      clock.advance(24 * HOUR);
      expect(await next.admit('unlimited', [to('+4915200000009')])).toMatchObject({ later: [] });
      expect(paused.at(-1)).toBeNull();
    });

    it('goes on with new chats when the refused one was to somebody who had written to us', async () => {
      await hasWritten(OLD_FRIEND);
      const limiter = makeLimiter();
      expect(await limiter.explainRefusal(OLD_FRIEND)).toMatchObject({ code: 'rejected_by_whatsapp' });
      expect(await limiter.admit('default', [to(STRANGER)])).toMatchObject({ later: [] });
      expect({ paused, warned }).toEqual({ paused: [null], warned: ['ban_sign'] });
    });

    it('pauses campaigns, also for the next owner', async () => {
      await makeLimiter().explainRefusal(STRANGER);
      expect(await makeLimiter().campaignsWaitMs('default')).toBe(15 * MINUTE);
      clock.advance(15 * MINUTE);
      expect(await makeLimiter().campaignsWaitMs('default')).toBe(0);
    });
  });

  it('lets campaigns rest in quiet hours, and nothing else', async () => {
    const rules = { quietHours: parseQuietHours('00:00-23:59 UTC') };
    clock = new FakeClock(Date.UTC(2026, 5, 1, 12));
    const limiter = makeLimiter(rules);
    expect(await limiter.campaignsWaitMs('default')).toBe(11 * HOUR + 59 * MINUTE);
    expect(await limiter.waitMs('default')).toBe(0);
  });

  it("goes by the session's own quiet hours before the fleet's", async () => {
    clock = new FakeClock(Date.UTC(2026, 5, 1, 21)); // 23:00 in Berlin
    const rules = { ...DEFAULT_PACING_RULES, quietHours: parseQuietHours('00:00-23:59 UTC') };
    const waitOf = (own: DailyQuiet | null | undefined) => aRateLimiter(sessionId, { store, clock, rules, quietHours: () => own }).campaignsWaitMs('default');
    expect(await waitOf({ from: '22:00', to: '07:30', timeZone: 'Europe/Berlin' })).toBe(8 * HOUR + 30 * MINUTE);
    expect(await waitOf({ from: '01:00', to: '02:00', timeZone: 'Europe/Berlin' })).toBe(0);
    expect(await waitOf(null)).toBe(0);
    expect(await waitOf(undefined)).toBe(2 * HOUR + 59 * MINUTE);
  });

  describe('in front of the outbox', () => {
    let table: MemoryMessageTable;
    let outbox: ReturnType<typeof memoryOutbox>;
    const campaignId = anId('cmp');

    beforeEach(() => {
      table = memoryMessageTable();
      table.fencingTokens.set(sessionId, 1);
      table.runningCampaigns.add(campaignId);
      outbox = memoryOutbox(table);
    });
    const makeQueue = (profile: PacingProfile, limiter: WhatsAppRateLimiter) => new ClaimQueue({
      sessionId, fencingToken: 1, outbox, limiter, profile: () => profile, metrics: fleetMetrics(),
    });
    const idsOf = (claim: NextClaim): string[] => (claim.kind === 'claimed' ? claim.messages.map(({ id }) => id) : []);
    /** Whatever comes until nothing more is due now. */
    async function claimAll(queue: ClaimQueue): Promise<string[]> {
      const claimed: string[] = [];
      for (let claim = await queue.next(); claim.kind !== 'idle'; claim = await queue.next()) claimed.push(...idsOf(claim));
      return claimed;
    }

    it('holds back new chats of a time-locked number behind no other message, and lets them go when it is over (I1)', async () => {
      await hasWritten(OLD_FRIEND);
      await outbox.openLane({ sessionId, campaignId });
      const strangers = Array.from({ length: 120 }, (_, i) => anOutboundMessage({ sessionId, campaignId, peer: `+49152100000${i + 100}`, dueAt: clock.now() - 1_000 }));
      const friend = anOutboundMessage({ sessionId, campaignId, peer: OLD_FRIEND, priority: 'low', dueAt: clock.now() });
      const reply = anOutboundMessage({ sessionId, peer: OLD_FRIEND, priority: 'critical' });
      await outbox.insertMany([...strangers, friend, reply]);
      const limiter = makeLimiter();
      await limiter.explainRefusal(STRANGER);

      expect(await claimAll(makeQueue('unlimited', limiter))).toEqual([reply.id, friend.id]);
      expect(strangers.map(({ id }) => table.rows.get(id)?.status)).toEqual(strangers.map(() => 'queued'));
      const due = await outbox.listDue({ sessionId, campaignId }, clock.now() + 24 * HOUR, 500);
      expect(due.map(({ id }) => id).toSorted()).toEqual(strangers.map(({ id }) => id).toSorted());
    });

    it('claims nothing of a campaign while campaigns pause', async () => {
      await outbox.openLane({ sessionId, campaignId });
      const [direct, ofCampaign] = [to(OLD_FRIEND), anOutboundMessage({ sessionId, campaignId, peer: STRANGER })];
      await outbox.insertMany([ofCampaign, direct]);
      const limiter = makeLimiter();
      await hasWritten(OLD_FRIEND);
      await limiter.explainRefusal(OLD_FRIEND);
      expect(await claimAll(makeQueue('default', limiter))).toEqual([direct.id]);
      clock.advance(15 * MINUTE);
      expect(await claimAll(makeQueue('default', limiter))).toEqual([ofCampaign.id]);
    });
  });
});

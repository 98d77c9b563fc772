import { describe, expect, it } from '@jest/globals';
import type { DynamoDBDocumentClient, TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { claimMessages } from '../../../shared/adapters/dynamodb/outbox-claim.ts';
import { anOutboundMessage, SESSION } from '../../support/builders/outbound-message.ts';

const TABLES = { core: 'core', messages: 'messages' };

/** A client that cancels transactions as told, one answer a call, and notes what it was sent. The emulator knows no conflicts. */
function cancelling(...answers: readonly (readonly string[] | undefined)[]) {
  const sent: NonNullable<TransactWriteCommandInput['TransactItems']>[] = [];
  const send = async ({ input }: { input: TransactWriteCommandInput }) => {
    const codes = answers[sent.length];
    sent.push(input.TransactItems ?? []);
    if (codes === undefined) return {};
    throw Object.assign(new Error('cancelled'), { name: 'TransactionCanceledException', CancellationReasons: codes.map((Code) => ({ Code })) });
  };
  return { sent, doc: { send } as unknown as DynamoDBDocumentClient };
}
const [FAILED, BUSY, NONE] = ['ConditionalCheckFailed', 'TransactionConflict', 'None'];

describe('claimMessages', () => {
  const messages = [anOutboundMessage(), anOutboundMessage(), anOutboundMessage()];
  const claim = (doc: DynamoDBDocumentClient, claimed = messages) => claimMessages(doc, TABLES, { sessionId: SESSION, fencingToken: 1, messages: claimed });
  const ids = (outcome: Awaited<ReturnType<typeof claim>>) => (outcome.outcome === 'claimed' ? outcome.claimed.map(({ id }) => id) : outcome.outcome);

  it('tries the same again when others were writing', async () => {
    const { doc, sent } = cancelling([NONE, NONE, BUSY, NONE, NONE] as string[], [BUSY, NONE, NONE, NONE, NONE] as string[], undefined);
    expect(ids(await claim(doc))).toEqual(messages.map(({ id }) => id));
    expect(sent.map((items) => items.length)).toEqual([5, 5, 5]);
  });

  it('takes out what others changed, and goes on with the rest', async () => {
    const { doc, sent } = cancelling([NONE, NONE, NONE, FAILED, NONE] as string[], undefined);
    expect(ids(await claim(doc))).toEqual([messages[0]?.id, messages[2]?.id]);
    expect(sent.map((items) => items.length)).toEqual([5, 4]);
  });

  it('claims nothing when nothing is left, without another call', async () => {
    const { doc, sent } = cancelling([NONE, NONE, FAILED, FAILED, FAILED] as string[]);
    expect(ids(await claim(doc))).toEqual([]);
    expect(sent).toHaveLength(1);
  });

  it.each([
    { what: 'the session', codes: [FAILED, FAILED, NONE, NONE, FAILED], outcome: 'fenced' },
    { what: 'the campaign', codes: [NONE, FAILED, NONE, NONE, FAILED], outcome: 'campaign-not-running' },
  ])('looks at $what before anything else', async ({ codes, outcome }) => {
    const { doc } = cancelling(codes);
    expect(await claim(doc, [anOutboundMessage({ campaignId: 'cmp_1' })])).toEqual({ outcome });
  });

  it('gives up when the tables stay busy', async () => {
    const { doc, sent } = cancelling(...Array.from({ length: 20 }, () => [BUSY, NONE, NONE] as string[]));
    await expect(claim(doc, messages.slice(0, 1))).rejects.toMatchObject({ kind: 'unavailable', code: 'database_busy' });
    expect(sent.length).toBeLessThan(20);
  });

  it('passes on what it does not understand', async () => {
    const doc = { send: () => Promise.reject(new Error('no network')) } as unknown as DynamoDBDocumentClient;
    await expect(claim(doc)).rejects.toThrow('no network');
  });

  describe('of messages too large for one transaction', () => {
    const media = { base64: 'A'.repeat(340_000), mimetype: 'image/png' };
    const large = Array.from({ length: 20 }, () => anOutboundMessage({ campaignId: 'cmp_1', content: { type: 'image', media } }));
    const guards = 4;

    it('takes several', async () => {
      const { doc, sent } = cancelling();
      expect(ids(await claim(doc, large))).toEqual(large.map(({ id }) => id));
      expect(Math.max(...sent.map((items) => items.length - guards)) * 340_000).toBeLessThan(4_000_000);
      expect(sent.length).toBeLessThan(5);
    });

    it('keeps what it claimed when the campaign is paused in between, but not when the session is lost', async () => {
      const paused = ids(await claim(cancelling(undefined, [NONE, FAILED] as string[]).doc, large));
      expect(paused).toEqual(large.slice(0, paused.length).map(({ id }) => id));
      expect(ids(await claim(cancelling(undefined, [FAILED] as string[]).doc, large))).toBe('fenced');
    });
  });
});

import { describe, expect, it } from '@jest/globals';
import { makeNumberEvents } from '../../../shared/domain/webhooks/number-events.ts';
import { describeChatNumbers } from '../../contract/chat-numbers.contract.ts';
import { WORKSPACE } from '../../support/builders/outbound-message.ts';
import { anEvent } from '../../support/builders/webhook.ts';
import { memoryChatNumbers } from '../../support/fakes/memory-chat-numbers.ts';

describeChatNumbers('memoryChatNumbers', async () => ({ numbers: memoryChatNumbers(), stop: async () => {} }));

const CAMPAIGN = { campaignId: 'cmp_1' };

describe('numbering events', () => {
  it('counts each chat on its own and leaves the rest alone', async () => {
    const number = makeNumberEvents(memoryChatNumbers());
    const events = [anEvent({ chatId: 'cht_a' }), anEvent(), anEvent({ chatId: 'cht_b' }), anEvent({ chatId: 'cht_a' })];
    const numbered = await number(WORKSPACE, events);
    expect(numbered.map(({ sequence }) => sequence)).toEqual([1, undefined, 1, 2]);
    expect(numbered.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    expect(await number(WORKSPACE, events)).toEqual(numbered);
  });

  it('leaves out what passes', async () => {
    const number = makeNumberEvents(memoryChatNumbers());
    const events = [anEvent({ chatId: 'cht_a', type: 'chat.typing' }), anEvent({ chatId: 'cht_a' }), anEvent({ chatId: 'cht_a', type: 'contact.presence' })];
    expect((await number(WORKSPACE, events)).map(({ sequence }) => sequence)).toEqual([undefined, 1, undefined]);
  });

  it('does not begin with the receipts of a campaign, and counts them once something else has begun', async () => {
    const number = makeNumberEvents(memoryChatNumbers());
    const receipt = () => anEvent({ chatId: 'cht_a', data: CAMPAIGN });
    const sequenceOf = async (event = receipt()) => (await number(WORKSPACE, [event]))[0]?.sequence;
    expect(await sequenceOf()).toBeUndefined();
    expect(await sequenceOf(anEvent({ chatId: 'cht_a', type: 'message.received' }))).toBe(1);
    expect(await sequenceOf()).toBe(2);
  });
});

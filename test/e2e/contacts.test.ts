import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CampaignView, RecipientView } from '../../shared/contracts/api/campaigns.ts';
import type { CheckedNumberView, ContactImportView, ContactView } from '../../shared/contracts/api/contacts.ts';
import type { ChatView, MessageView } from '../../shared/contracts/api/messages.ts';
import type { SessionView } from '../../shared/contracts/api/sessions.ts';
import { linkSession } from '../../local/client/link-session.ts';
import { until } from '../../local/client/until.ts';
import { createCampaign, whenAtRest } from './campaign-story.ts';
import { Stack } from './stack.ts';

const TEST_MS = 120_000;
const ADA = '+4915340000001';
const BOB = '+4915340000002';
const LID = '900800700600@lid';
const BSUID = 'DE.13491208655302741918';

describe('Contacts, through HTTP alone', () => {
  let stack: Stack;
  let session: SessionView;

  beforeAll(async () => {
    stack = await Stack.start({ args: ['--instances', '1'] });
    session = await linkSession(stack.blazz, stack.phones, '+4915240000001', { pacing: { profile: 'unlimited' } });
    for (const number of [ADA, BOB]) await stack.phones.register(number);
  }, TEST_MS);
  afterAll(() => stack?.close(), TEST_MS);

  const contacts = async (query: string) => (await stack.blazz.get<{ data: ContactView[] }>(`/v1/contacts?${query}`)).data;
  const chats = async (query = '') => (await stack.blazz.get<{ data: ChatView[] }>(`/v1/chats?${query}`)).data;
  const whenKnown = (query: string, isSo: (contact: ContactView) => boolean = () => true): Promise<ContactView> =>
    until(async () => (await contacts(query)).find(isSo), { what: `a contact for ${query}`, timeoutMs: 30_000 });

  it('make one chat of all the names of a person', async () => {
    const created = await stack.blazz.post<ContactView>('/v1/contacts', { phoneNumber: ADA, name: 'Ada Lovelace', attributes: { tier: 'gold' } });
    const byLid = await stack.blazz.post<ContactView>('/v1/contacts', { lid: LID, bsuid: BSUID });
    await stack.blazz.call('PATCH', `/v1/contacts/${created.id}`, { lid: LID });
    expect(await stack.blazz.get(`/v1/contacts/${byLid.id}`)).toMatchObject({ id: created.id, phoneNumber: ADA, lid: LID, bsuid: BSUID });
    const sent: MessageView[] = [];
    for (const to of [ADA, ADA.slice(1), `${ADA.slice(1)}@c.us`, LID, BSUID]) {
      sent.push(await stack.blazz.post<MessageView>('/v1/messages?wait=20', { sessionId: session.id, to, type: 'text', text: `To ${to}` }));
    }
    expect(new Set(sent.map(({ chatId }) => chatId)).size).toBe(1);
    expect((await stack.phones.received(ADA)).map(({ text }) => text)).toEqual(sent.map(({ text }) => text));
    await stack.phones.write(ADA, '+4915240000001', 'All of them arrived');
    await until(async () => (await chats('search=lovelace&unread=true'))[0], { what: 'the answer', timeoutMs: 30_000 });
    expect(await chats('search=lovelace')).toMatchObject([{ name: 'Ada Lovelace', contactId: created.id, unreadCount: 1, peer: ADA }]);
    expect(await stack.blazz.get(`/v1/contacts/${created.id}`)).toMatchObject({ sessions: [{ sessionId: session.id, messagesIn: 1, messagesOut: 5 }] });
    expect(await stack.stranger.call('GET', `/v1/contacts/${created.id}`)).toMatchObject({ status: 404 });
  }, TEST_MS);

  it('opt out by a word, and campaigns leave them out', async () => {
    await stack.phones.write(BOB, '+4915240000001', ' Stop! ');
    expect(await whenKnown(`search=${BOB.slice(1)}`, ({ optedOut }) => optedOut)).toMatchObject({ origin: 'chat', phoneNumber: BOB });
    const campaign = await createCampaign(stack, [session.id], [ADA, BOB], 'Spring');
    await stack.blazz.post(`/v1/campaigns/${campaign}/start`);
    const done: CampaignView = await whenAtRest(stack, campaign, ({ read, delivered, sent }) => read + delivered + sent === 1);
    expect(done.stats).toMatchObject({ total: 2, skipped: 1, failed: 0, queued: 0 });
    const rows = (await stack.blazz.get<{ data: RecipientView[] }>(`/v1/campaigns/${campaign}/recipients?status=skipped`)).data;
    expect(rows).toMatchObject([{ to: BOB, failure: { code: 'opted_out' } }]);
    expect(await stack.phones.received(BOB)).toEqual([]);
    await stack.phones.write(BOB, '+4915240000001', 'START');
    await whenKnown(`search=${BOB.slice(1)}`, ({ optedOut }) => !optedOut);
  }, TEST_MS);

  it('are asked about at WhatsApp', async () => {
    const nobody = '+4915349999999';
    const { data } = await stack.blazz.post<{ data: CheckedNumberView[] }>('/v1/contacts/check', { numbers: [ADA, nobody] });
    expect(data.map(({ number, isOnWhatsApp }) => [number, isOnWhatsApp])).toEqual([[ADA, true], [nobody, false]]);
    expect(data[0]).toHaveProperty('contactId');
  }, TEST_MS);

  it('are imported from a file, each number once', async () => {
    const rows = Array.from({ length: 2_000 }, (_, i) => `+491535${1_000_000 + i};Imported ${i};Ulm`);
    const file = ['\uFEFFphone;name;city', ...rows, '+4915351000000;Once more;Bonn', '0151;Bad;x', `${ADA};Ada L.;London`].join('\r\n');
    const started = await stack.blazz.call('POST', '/v1/contacts/import', file, { 'content-type': 'text/csv' });
    expect(started).toMatchObject({ status: 202, body: { total: 2_003, failed: 1, errors: [{ row: 2_002 }] } });
    const { id } = started.body as ContactImportView;
    const done = await until(async () => {
      const view = await stack.blazz.get<ContactImportView>(`/v1/contacts/imports/${id}`);
      return view.status === 'completed' && view;
    }, { what: 'the import', timeoutMs: 60_000 });
    expect(done).toMatchObject({ processed: 2_003, created: 2_000, updated: 1, duplicates: 1, failed: 1 });
    expect(await contacts('search=imported%201999')).toMatchObject([{ attributes: { city: 'Ulm' }, origin: 'import' }]);
    expect(await contacts(`search=${ADA.slice(1)}`)).toMatchObject([{ name: 'Ada L.', attributes: { tier: 'gold', city: 'London' } }]);
  }, TEST_MS);
});

import { describe, expect, it } from '@jest/globals';
import { isSameText, isSignedByMeta } from '../../../lambdas/api/meta-ingest/hub-signature.ts';
import { readWebhook } from '../../../lambdas/api/meta-ingest/read-webhook.ts';
import { sessionBatches } from '../../../lambdas/api/meta-ingest/session-batches.ts';
import { SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import { metaFailure } from '../../../shared/domain/meta/failure-codes.ts';
import { arrivalKey } from '../../../shared/identity/arrival-key.ts';
import { aSession } from '../../support/builders/session.ts';

const NOW = '2026-06-01T12:00:00.000Z';
const AT = '1780315200'; // 2026-06-01T12:00:00Z
const frame = (value: object, field = 'messages') => ({
  object: 'whatsapp_business_account',
  entry: [{ id: '9', changes: [{ field, value: { metadata: { phone_number_id: '1' }, ...value } }] }],
});
const read = (value: object, field?: string) => readWebhook(frame(value, field), NOW);
const eventsOf = (value: object) => read(value).reported.flatMap(({ events }) => events);

describe('A webhook of Meta', () => {
  it('names one person by number and business-scoped id', () => {
    const value = {
      contacts: [{ profile: { name: 'Ada' }, wa_id: '4915', user_id: 'US.1' }, { profile: { name: 'Bob' }, wa_id: '49160000', user_id: 'US.2' }],
      messages: [{ from: '49160000', id: 'wamid.1', timestamp: AT, type: 'text', text: { body: 'Hi' }, context: { id: 'wamid.0' } }],
    };
    expect(eventsOf(value)).toEqual([
      { type: 'contact.identity', at: NOW, phoneNumber: '+49160000', lid: null, bsuid: 'US.2', name: 'Bob' },
      { type: 'message.received', at: NOW, observedAt: NOW, wireId: 'wamid.1', peer: '+49160000', author: null, senderName: 'Bob', messageType: 'text', text: 'Hi', replyToWireId: 'wamid.0', isForwarded: false, media: null },
    ]);
  });

  it('tells a reaction, and one taken back', () => {
    const messages = ['👍', undefined].map((emoji, i) => ({ from: '49150000', id: `wamid.${i}`, timestamp: AT, type: 'reaction', reaction: { message_id: 'wamid.x', ...(emoji && { emoji }) } }));
    expect(eventsOf({ messages })).toEqual(['👍', ''].map((emoji) => ({ type: 'message.reaction', at: NOW, peer: '+49150000', wireId: 'wamid.x', author: '+49150000', emoji })));
  });

  it.each([
    { type: 'contacts', contacts: [{ name: { formatted_name: 'Ada' }, phones: [{ phone: '+4930' }] }], as: { messageType: 'contact', text: 'Ada +4930', details: { contacts: [{ name: 'Ada', phoneNumbers: ['+4930'] }] } } },
    { type: 'location', location: { latitude: 1, longitude: 2, name: 'There' }, as: { messageType: 'location', details: { location: { latitude: 1, longitude: 2, name: 'There', address: null } } } },
    { type: 'text', text: { body: 'Hi' }, context: { forwarded: true }, as: { isForwarded: true, replyToWireId: null } },
    { type: 'interactive', interactive: { nfm_reply: { body: 'Sent' } }, as: { messageType: 'text', text: 'Sent' } },
    { type: 'order', order: {}, as: { messageType: 'unknown', text: null, details: { rawType: 'order' } } },
  ])('takes $type', ({ as, ...message }) => {
    expect(eventsOf({ messages: [{ from: '49150000', id: 'wamid.1', timestamp: AT, ...message }] })).toMatchObject([as]);
  });

  it.each([
    { what: 'a system message', value: { messages: [{ from: '49150000', id: 'wamid.1', timestamp: AT, type: 'system' }] } },
    { what: 'a message of nobody', value: { messages: [{ id: 'wamid.1', timestamp: AT, type: 'text', text: { body: 'x' } }] } },
    { what: 'a status without our id', value: { statuses: [{ id: 'wamid.1', status: 'sent', timestamp: AT }] } },
    { what: 'a status of a word we do not know', value: { statuses: [{ id: 'wamid.1', status: 'pondered', timestamp: AT, biz_opaque_callback_data: 'msg_01J0000000000000000000000A' }] } },
    { what: 'a change of another form', value: { messages: 'none' } },
  ])('passes over $what, and counts it', ({ value }) => expect(read(value)).toMatchObject({ reported: [], passedOver: 1 }));

  it('of another object is nothing', () => {
    expect(readWebhook({ ...frame({ messages: [{}] }), object: 'page' }, NOW)).toEqual({ reported: [], templates: [], passedOver: 0 });
  });

  it('tells what became of a template', () => {
    const value = { event: 'REJECTED', message_template_id: 1, message_template_name: 'a', message_template_language: 'de', reason: 'SCAM' };
    expect(read(value, 'message_template_status_update').templates).toEqual([{ type: 'template.status', at: NOW, businessAccountId: '9', name: 'a', language: 'de', status: 'REJECTED', reason: 'SCAM' }]);
  });

  it('gives the same batch when it comes again, whenever that is', () => {
    const session = aSession();
    const value = { messages: [{ from: '49150000', id: 'wamid.1', timestamp: AT, type: 'text', text: { body: 'Hi' } }] };
    const [first] = sessionBatches(session, readWebhook(frame(value), NOW).reported);
    const [again] = sessionBatches(session, readWebhook(frame(value), '2026-06-02T12:00:00.000Z').reported);
    expect(first?.sequence).toBe(again?.sequence);
    expect(SessionEventBatch.safeParse(first).success).toBe(true);
  });
});

describe('What guards it', () => {
  it('knows Meta’s signature, and no other', () => {
    const signature = 'sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8'; // HMAC('key', 'The quick brown fox …')
    const body = 'The quick brown fox jumps over the lazy dog';
    expect(isSignedByMeta(body, signature, 'key')).toBe(true);
    for (const wrong of [undefined, '', 'sha256=', signature.slice(0, -1), `${signature}0`, signature.replace('f7', 'f8'), signature.toUpperCase()]) expect(isSignedByMeta(body, wrong, 'key')).toBe(false);
    expect(isSignedByMeta(`${body} `, signature, 'key')).toBe(false);
  });

  it('compares texts of any length', () => {
    expect(isSameText('a', 'a')).toBe(true);
    expect(isSameText('a', 'ab')).toBe(false);
  });
});

it('keys of arrivals have the form of a sequence, and differ', () => {
  const keys = Array.from({ length: 100 }, (_, i) => arrivalKey('ses', String(i)));
  expect(keys.every((key) => /^\d{10}-\d{10}$/.test(key))).toBe(true);
  expect(new Set(keys).size).toBe(100);
});

it('failures have our codes, and Meta’s in the detail', () => {
  expect(metaFailure(131047, 'Too late')).toEqual({ code: 'window_closed', detail: 'Meta 131047: Too late' });
  expect(metaFailure(999, 'x'.repeat(999))).toEqual({ code: 'meta_error', detail: `Meta 999: ${'x'.repeat(300)}` });
});

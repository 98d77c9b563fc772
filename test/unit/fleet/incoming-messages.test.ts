import { describe, expect, it } from '@jest/globals';
import { PageMessages, toReceived } from '../../../fleet/whatsapp/webjs/incoming-events.ts';
import { PageNotice, toNoticed } from '../../../fleet/whatsapp/webjs/noticed-events.ts';
import { contactOfVcard } from '../../../fleet/whatsapp/webjs/vcard.ts';

const JID = '4915112345678@c.us';
const PLAIN = {
  wireId: 'AC1', jid: JID, author: null, senderName: 'Ada', type: 'chat', text: 'Hi', replyToWireId: null, replyToT: null, isForwarded: false, isViewOnce: false,
  mentions: [], place: null, vcards: [], poll: null, t: 1_800_000_000, media: null,
};
const received = (over: object) => toReceived(PageMessages.parse([{ ...PLAIN, ...over }])[0] as never);

describe('what came in, in our words', () => {
  it.each([
    { raw: 'chat', type: 'text' }, { raw: 'ptt', type: 'voice' }, { raw: 'audio', type: 'audio' }, { raw: 'ptv', type: 'video' }, { raw: 'sticker', type: 'sticker' },
    { raw: 'multi_vcard', type: 'contact' }, { raw: 'poll_creation', type: 'poll' },
  ])('$raw is $type', ({ raw, type }) => {
    expect(received({ type: raw })).toMatchObject({ type, details: null });
  });

  it.each([
    { over: { type: 'groups_v4_invite' }, rawType: 'groups_v4_invite' },
    { over: { type: 'image', isViewOnce: true, text: null }, rawType: 'view_once_image' },
  ])('notes what an unknown one is: $rawType', ({ over, rawType }) => {
    expect(received(over)).toMatchObject({ type: 'unknown', details: { rawType } });
  });

  it('keeps place, cards, poll, mentions and what is replied to', () => {
    const place = { latitude: 1.5, longitude: 2.5, label: 'Café\nMain Street 1\nRome' };
    const location = { latitude: 1.5, longitude: 2.5, name: 'Café', address: 'Main Street 1\nRome' };
    expect(received({ type: 'location', place }).details).toEqual({ location });
    expect(received({ type: 'location', place: { ...place, label: '' } }).details).toEqual({ location: { ...location, name: null, address: null } });
    const poll = { question: 'When?', options: ['a', 'b'], multiple: true };
    expect(received({ type: 'poll_creation', poll }).details).toEqual({ poll });
    expect(received({ mentions: ['491511@c.us', '99@lid'], replyToWireId: 'AC0', replyToT: 5, isForwarded: true })).toMatchObject({ mentions: ['+491511', '99@lid'], replyToAtMs: 5_000, isForwarded: true });
  });

  it.each([
    { vcard: 'BEGIN:VCARD\nVERSION:3.0\nFN:Dave\\; of Sales\nTEL;type=CELL;waid=4915200000003:+49 1520 0000003\nEND:VCARD', name: 'Dave; of Sales', phoneNumbers: ['+4915200000003'] },
    { vcard: 'BEGIN:VCARD\r\nFN:A very long\r\n  name\r\nitem1.TEL:+1 555 0100\r\nTEL;waid=15550100:+1 555 0100\r\nEND:VCARD', name: 'A very long name', phoneNumbers: ['+1 555 0100', '+15550100'] },
    { vcard: 'nonsense', name: '', phoneNumbers: [] },
  ])('reads the card of $name', ({ vcard, name, phoneNumbers }) => {
    expect(contactOfVcard(vcard)).toEqual({ name, phoneNumbers });
  });

  it('turns notices into events', () => {
    const about = { jid: JID, wireId: 'AC1', fromMe: false, t: 1_800_000_000, author: JID, atMs: 1_800_000_001_500 };
    const event = { at: '2027-01-15T08:00:01.500Z', peer: '+4915112345678', wireId: 'AC1', fromMe: false, messageAt: '2027-01-15T08:00:00.000Z', author: '+4915112345678' };
    const noticed = (notice: object) => toNoticed(PageNotice.parse(notice));
    expect(noticed({ kind: 'reaction', ...about, emoji: '👍' })).toEqual({ type: 'message.reaction', ...event, emoji: '👍' });
    expect(noticed({ kind: 'revoke', ...about, t: null, author: null })).toEqual({ type: 'message.revoked', ...event, messageAt: null, author: null });
    expect(noticed({ kind: 'identity', phoneJid: JID, lidJid: '9@lid', name: 'Ada', atMs: 0 })).toEqual({ type: 'contact.identity', at: '1970-01-01T00:00:00.000Z', phoneNumber: '+4915112345678', lid: '9@lid', bsuid: null, name: 'Ada' });
    expect(noticed({ kind: 'presence', jid: JID, isOnline: false, lastSeenMs: 1_000, atMs: 2_000 })).toMatchObject({ type: 'contact.presence', isOnline: false, lastSeenAt: '1970-01-01T00:00:01.000Z' });
  });
});

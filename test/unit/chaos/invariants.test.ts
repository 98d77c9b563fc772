import { describe, expect, it } from '@jest/globals';
import type { Facts, FinalMessage, HeldByPhone } from '../../chaos/facts/facts.ts';
import { findViolations } from '../../chaos/invariants/check.ts';

const SESSION = { sessionId: 'ses_A', number: '+4915700000000' };
const MESSAGE: FinalMessage = { id: 'msg_1', to: '+4915910000001', text: 'direct 1', status: 'read', failure: null };
const HELD: HeldByPhone = { number: MESSAGE.to, from: SESSION.number, text: MESSAGE.text, wireId: '3EB01', copies: 1 };
const WRITTEN = { from: '+4915900000001', session: SESSION, text: 'incoming 1' };
const STATS = { total: 3, queued: 0, sending: 0, sent: 0, delivered: 1, read: 2, failed: 0, skipped: 0 };
const entry = (seq: number, login: number) => ({
  seq, login, sender: SESSION.number, recipient: MESSAGE.to, wireId: `3EB0${seq}`, linkGeneration: 1, acceptedAt: '2026-01-01T00:00:00.000Z',
});

/** A run in which all went well. */
const WELL: Facts = {
  messages: [MESSAGE],
  held: [HELD],
  ledger: [entry(1, 100), entry(2, 100), entry(3, 101)],
  lateSends: [],
  written: [WRITTEN],
  received: [WRITTEN],
  links: [{ ...SESSION, generations: 2, unlinked: 1 }],
  unexpected: [],
  campaigns: [{ id: 'cmp_1', stats: STATS, recount: { delivered: 1, read: 2 } }],
  statuses: new Map([['msg_1', ['queued', 'sending', 'sent', 'read']]]),
};

const found = (facts: Partial<Facts>) => findViolations({ ...WELL, ...facts }).map(({ invariant }) => invariant);

describe('The invariants over the facts of a run', () => {
  it('hold when all went well', () => {
    expect(findViolations(WELL)).toEqual([]);
  });

  it.each<{ what: string; facts: Partial<Facts>; broken: string[] }>([
    { what: 'a message sent that no phone has', facts: { held: [] }, broken: ['I1'] },
    { what: 'a message still queued', facts: { messages: [{ ...MESSAGE, status: 'queued' }], held: [] }, broken: ['I1'] },
    { what: 'a message still in doubt that has arrived', facts: { messages: [{ ...MESSAGE, status: 'sending' }] }, broken: ['I1'] },
    { what: 'a message failed that has arrived', facts: { messages: [{ ...MESSAGE, status: 'failed', failure: 'send_failed' }] }, broken: ['I1'] },
    { what: 'a message failed for no reason of ours', facts: { messages: [{ ...MESSAGE, status: 'failed', failure: 'send_failed' }], held: [] }, broken: ['I1'] },
    { what: 'an incoming message missing', facts: { received: [] }, broken: ['I1'] },
    { what: 'an incoming message twice', facts: { received: [WRITTEN, WRITTEN] }, broken: ['I1'] },
    { what: 'a wire id that came twice', facts: { held: [{ ...HELD, copies: 2 }] }, broken: ['I2'] },
    { what: 'a text under two wire ids', facts: { held: [HELD, { ...HELD, wireId: '3EB02' }] }, broken: ['I2'] },
    { what: 'an older connection that sends again', facts: { ledger: [entry(1, 100), entry(2, 101), entry(3, 100)] }, broken: ['I3'] },
    { what: 'an older connection that tries to', facts: { lateSends: [{ sender: SESSION.number, wireId: '3EB09', login: 100, at: '' }] }, broken: ['I3'] },
    { what: 'a QR nobody should have seen', facts: { unexpected: [{ sessionId: 'ses_A', status: 'qr_scanning', at: '' }] }, broken: ['I4'] },
    { what: 'a link more than people made', facts: { links: [{ ...SESSION, generations: 2, unlinked: 0 }] }, broken: ['I4'] },
    { what: 'a number that is linked no more', facts: { links: [{ ...SESSION, generations: 0, unlinked: 0 }] }, broken: ['I4'] },
    { what: 'a status that went back', facts: { statuses: new Map([['msg_1', ['sent', 'read', 'delivered']]]) }, broken: ['I5'] },
    { what: 'a failure taken back', facts: { statuses: new Map([['msg_1', ['failed', 'sent']]]) }, broken: ['I5'] },
    { what: 'a campaign that counts what is not', facts: { campaigns: [{ id: 'cmp_1', stats: STATS, recount: { read: 3 } }] }, broken: ['I5', 'I5'] },
    { what: 'a campaign whose parts are not its total', facts: { campaigns: [{ id: 'cmp_1', stats: { ...STATS, total: 4 }, recount: { delivered: 1, read: 2 } }] }, broken: ['I5'] },
  ])('are violated by $what', ({ facts, broken }) => {
    expect(found(facts)).toEqual(broken);
  });

  it('allow two connections that follow one another, and messages written on the phone itself', () => {
    expect(found({ ledger: [entry(1, 100), { ...entry(2, 0), login: null }, entry(3, 102)] })).toEqual([]);
  });

  it('name what one needs to look into it', () => {
    const [violation] = findViolations({ ...WELL, held: [] });
    expect(violation?.what).toContain('msg_1');
    expect(violation?.what).toContain(MESSAGE.to);
  });
});

import { describe, expect, it } from '@jest/globals';
import { addressOf, chatJid, lidOf, parseNumber } from '../../../../local/whatsapp/numbers.ts';

describe('numbers', () => {
  it.each([
    ['+4915112345678', '4915112345678'],
    ['4915112345678', '4915112345678'],
    ['1234567', undefined],
    ['1234567890123456', undefined],
    ['0151123456', undefined],
    ['+49 151 123', undefined],
    ['', undefined],
  ])('reads %p as %p', (text, digits) => {
    expect(parseNumber(text)).toBe(digits);
  });

  it.each([
    ['4915112345678@c.us', '4915112345678'],
    ['4915112345678@s.whatsapp.net', '4915112345678'],
    ['+4915112345678', '4915112345678'],
    [lidOf('4915112345678'), '4915112345678'],
    ['120363000000000001@g.us', '120363000000000001@g.us'],
  ])('takes %p for the address %p', (jid, address) => {
    expect(addressOf(jid)).toBe(address);
  });

  it('calls a chat by what it is', () => {
    expect(chatJid('4915112345678')).toBe('4915112345678@c.us');
    expect(chatJid('120363000000000001@g.us')).toBe('120363000000000001@g.us');
  });
});

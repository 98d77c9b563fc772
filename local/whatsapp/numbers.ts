/** Phone numbers and the addresses WhatsApp makes of them. Inside the service a number is its bare digits. */

export const USER_SERVER = '@c.us';
export const GROUP_SERVER = '@g.us';
const LID_SERVER = '@lid';
const LID_PREFIX = '9';

/** `undefined`: not a plausible E.164 number (8 to 15 digits, the `+` is optional). */
export function parseNumber(text: string): string | undefined {
  const digits = text.startsWith('+') ? text.slice(1) : text;
  return /^[1-9]\d{7,14}$/.test(digits) ? digits : undefined;
}

export const shown = (number: string): string => `+${number}`;
export const userJid = (number: string): string => number + USER_SERVER;
export const isGroupJid = (jid: string): boolean => jid.endsWith(GROUP_SERVER);

/** The hidden identity of a number. Real ones are random; a derived one needs no table and maps back. */
export const lidOf = (number: string): string => LID_PREFIX + reversed(number) + LID_SERVER;

const numberOfLid = (lid: string): string => reversed(lid.slice(LID_PREFIX.length, -LID_SERVER.length));
const reversed = (digits: string): string => digits.split('').reverse().join('');

/** A group's jid unchanged, a person's address (number, lid or bare digits) as digits. */
export function addressOf(jid: string): string {
  if (isGroupJid(jid)) return jid;
  if (jid.endsWith(LID_SERVER)) return numberOfLid(jid);
  return jid.replace(/@(c\.us|s\.whatsapp\.net)$/, '').replace(/^\+/, '');
}

/** What a page calls the chat with this address. */
export const chatJid = (address: string): string => (isGroupJid(address) ? address : userJid(address));

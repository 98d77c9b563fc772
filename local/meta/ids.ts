import { createHash, randomBytes, randomInt } from 'node:crypto';

/** Meta's ids of things are long numbers. */
export const newNumericId = (): string => `1${Array.from({ length: 14 }, () => randomInt(10)).join('')}`;
export const newWamid = (): string => `wamid.${randomBytes(36).toString('base64')}`;
export const newToken = (): string => `EAAG${randomBytes(60).toString('base64url')}`;

/** The same person has the same id for as long as its number is the same. */
export function bsuidOf(number: string): string {
  const digits = BigInt(`0x${createHash('sha256').update(number).digest('hex').slice(0, 16)}`).toString().padStart(20, '0');
  return `US.${digits.slice(0, 20)}`;
}

/** `undefined`: not a plausible E.164 number. */
export function digitsOf(number: string): string | undefined {
  const digits = number.replaceAll(/[+\s().-]/g, '');
  return /^[1-9]\d{6,14}$/.test(digits) ? digits : undefined;
}

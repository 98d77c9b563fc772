import { createHash, randomInt } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_CHARS = 40; // 238 bits
const PREVIEW_CHARS = 10;
const API_KEY = /^blz_[0-9A-Za-z]{40}$/;

/** `blz_` and 40 random characters. Shown to its owner once; we keep the hash. */
export const newApiKey = (): string => `blz_${Array.from({ length: RANDOM_CHARS }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')}`;

export const isApiKey = (text: string): boolean => API_KEY.test(text);

/** Hex SHA-256. A key has too many bits to be guessed, so it needs no slow hash. */
export const hashApiKey = (key: string): string => createHash('sha256').update(key).digest('hex');

/** Enough of a key to tell it from others, too little to use it. */
export const previewOfApiKey = (key: string): string => key.slice(0, PREVIEW_CHARS);

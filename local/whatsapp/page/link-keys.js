import { readUser, writeUser } from './storage.js';

/** What the QR code shows of this browser: made once for a profile. */
export const registration = { staticKey: undefined, identityKey: undefined, advSecret: undefined };

export const encodeB64 = (bytes) => btoa(String.fromCharCode(...bytes));
export const DEVICE_PLATFORM = '1';

const KEY_BYTES = 32;
const newKey = () => crypto.getRandomValues(new Uint8Array(KEY_BYTES));

export async function loadRegistration() {
  const stored = await readUser('registration');
  Object.assign(registration, stored ?? { staticKey: newKey(), identityKey: newKey(), advSecret: encodeB64(newKey()) });
  if (!stored) await writeUser('registration', { ...registration });
}

/** All that follows the reference in the QR text. */
export function publicKeys() {
  const { staticKey, identityKey, advSecret } = registration;
  return [encodeB64(staticKey), encodeB64(identityKey), advSecret, DEVICE_PLATFORM].join(',');
}

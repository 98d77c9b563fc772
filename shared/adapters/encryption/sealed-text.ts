import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { WrongKeyError, type DataKeys, type KeyContext } from '../../domain/encryption/data-keys.ts';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A short secret as it may lie in a table: under a data key of its own, which only KMS can unwrap. Both base64. */
export interface SealedText {
  readonly wrappedKey: string;
  readonly sealed: string; // IV, tag, ciphertext
}

/** Bound to its context: nobody opens it in another one's name. */
export async function sealText(keys: DataKeys, text: string, context: KeyContext): Promise<SealedText> {
  const { plain, wrapped } = await keys.generate(context);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, plain, iv).setAAD(authenticated(context));
  const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  plain.fill(0);
  return {
    wrappedKey: Buffer.from(wrapped).toString('base64'),
    sealed: Buffer.concat([iv, cipher.getAuthTag(), encrypted]).toString('base64'),
  };
}

/** Throws WrongKeyError for what was altered, or sealed in another context. */
export async function openText(keys: DataKeys, { wrappedKey, sealed }: SealedText, context: KeyContext): Promise<string> {
  const plain = await keys.unwrap(Buffer.from(wrappedKey, 'base64'), context);
  const blob = Buffer.from(sealed, 'base64');
  const [iv, tag, encrypted] = [blob.subarray(0, IV_BYTES), blob.subarray(IV_BYTES, IV_BYTES + TAG_BYTES), blob.subarray(IV_BYTES + TAG_BYTES)];
  try {
    const decipher = createDecipheriv(CIPHER, plain, iv, { authTagLength: TAG_BYTES }).setAAD(authenticated(context)).setAuthTag(tag);
    return Buffer.concat([decipher.update(encrypted), decipher.final()]).toString('utf8');
  } catch (error) {
    throw new WrongKeyError('What was sealed is not whole', { cause: error });
  } finally {
    plain.fill(0);
  }
}

const authenticated = (context: KeyContext): Buffer => Buffer.from(JSON.stringify(Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1))));

import { randomBytes } from 'node:crypto';
import { type DataKeys, type KeyContext, WrongKeyError } from '../../../shared/domain/encryption/data-keys.ts';

const textOf = (context: KeyContext): string => JSON.stringify(Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** A key service that remembers what it handed out, and to which context. */
export function memoryDataKeys(): DataKeys {
  const keys = new Map<string, { readonly plain: Uint8Array; readonly context: string }>();
  return {
    async generate(context) {
      const [plain, wrapped] = [randomBytes(32), randomBytes(48)];
      keys.set(wrapped.toString('hex'), { plain: Buffer.from(plain), context: textOf(context) });
      return { plain, wrapped };
    },
    async unwrap(wrapped, context) {
      const key = keys.get(Buffer.from(wrapped).toString('hex'));
      if (key?.context !== textOf(context)) throw new WrongKeyError('no key of ours');
      return Buffer.from(key.plain);
    },
  };
}

import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { type DataKeys, type KeyContext, WrongKeyError } from '../../domain/encryption/data-keys.ts';

const REQUEST_TIMEOUT_MS = 5_000;

/** A key that is disabled or out of reach opens nothing either, but may again: those stay errors of the service. */
const WRONG_KEY: readonly string[] = ['InvalidCiphertextException', 'IncorrectKeyException'];

const isWrongKey = (error: unknown): boolean => error instanceof Error && WRONG_KEY.includes(error.name);

const bounded = () => ({ abortSignal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });

/**
 * Data keys wrapped by one KMS key. The context goes into KMS's own log and into what it checks on unwrapping.
 *
 * @param formerKeyArns keys that wrapped what is still to be opened: the next copy is under `keyArn`
 */
export const kmsDataKeys = (keyArn: string, formerKeyArns: readonly string[] = [], client = new KMSClient({})): DataKeys => ({
  async generate(context) {
    const request = new GenerateDataKeyCommand({ KeyId: keyArn, KeySpec: 'AES_256', EncryptionContext: { ...context } });
    const { Plaintext, CiphertextBlob } = await client.send(request, bounded());
    if (!Plaintext || !CiphertextBlob) throw new Error('KMS answered without a data key');
    return { plain: Plaintext, wrapped: CiphertextBlob };
  },

  async unwrap(wrapped, context) {
    for (const keyId of [keyArn, ...formerKeyArns]) {
      const plain = await unwrapUnder(client, keyId, wrapped, context);
      if (plain) return plain;
    }
    throw new WrongKeyError('KMS takes the data key under none of our keys');
  },
});

/** Named, so that KMS never opens it under some other key we may use. `undefined`: it is not under this one. */
async function unwrapUnder(client: KMSClient, keyId: string, wrapped: Uint8Array, context: KeyContext): Promise<Uint8Array | undefined> {
  const request = new DecryptCommand({ KeyId: keyId, CiphertextBlob: wrapped, EncryptionContext: { ...context } });
  try {
    const { Plaintext } = await client.send(request, bounded());
    if (!Plaintext) throw new Error('KMS answered without the unwrapped data key');
    return Plaintext;
  } catch (error) {
    if (isWrongKey(error)) return undefined;
    throw error;
  }
}

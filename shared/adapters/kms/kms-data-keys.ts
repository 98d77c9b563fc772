import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { type DataKeys, WrongKeyError } from '../../domain/encryption/data-keys.ts';

const REQUEST_TIMEOUT_MS = 5_000;

/** A key that is disabled or out of reach opens nothing either, but may again: those stay errors of the service. */
const WRONG_KEY: readonly string[] = ['InvalidCiphertextException', 'IncorrectKeyException'];

const isWrongKey = (error: unknown): boolean => error instanceof Error && WRONG_KEY.includes(error.name);

const bounded = () => ({ abortSignal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });

/** Data keys wrapped by one KMS key. The context goes into KMS's own log and into what it checks on unwrapping. */
export const kmsDataKeys = (keyArn: string, client = new KMSClient({})): DataKeys => ({
  async generate(context) {
    const request = new GenerateDataKeyCommand({ KeyId: keyArn, KeySpec: 'AES_256', EncryptionContext: { ...context } });
    const { Plaintext, CiphertextBlob } = await client.send(request, bounded());
    if (!Plaintext || !CiphertextBlob) throw new Error('KMS answered without a data key');
    return { plain: Plaintext, wrapped: CiphertextBlob };
  },

  async unwrap(wrapped, context) {
    const request = new DecryptCommand({ KeyId: keyArn, CiphertextBlob: wrapped, EncryptionContext: { ...context } });
    const { Plaintext } = await client.send(request, bounded()).catch((error: unknown) => {
      throw isWrongKey(error) ? new WrongKeyError('KMS does not take the data key', { cause: error }) : error;
    });
    if (!Plaintext) throw new Error('KMS answered without the unwrapped data key');
    return Plaintext;
  },
});

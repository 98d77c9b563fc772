import { describe, expect, it } from '@jest/globals';
import type { DecryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { kmsDataKeys } from '../../../shared/adapters/kms/kms-data-keys.ts';
import { WrongKeyError } from '../../../shared/domain/encryption/data-keys.ts';

const failure = (name: string): Error => Object.assign(new Error(name), { name });

/** KMS, which has wrapped everything under one key, and is disabled under another. */
const clientOf = (wrappedUnder: string): KMSClient => {
  const send = async ({ input: { KeyId } }: DecryptCommand) => {
    if (KeyId === 'disabled') throw failure('DisabledException');
    if (KeyId !== wrappedUnder) throw failure('IncorrectKeyException');
    return { Plaintext: new Uint8Array(32) };
  };
  return { send } as unknown as KMSClient;
};

describe('data keys of KMS', () => {
  const unwrap = (keyArn: string, former: readonly string[]) => kmsDataKeys(keyArn, former, clientOf('old')).unwrap(new Uint8Array(9), {});

  it('are opened under a former key too, and under no other', async () => {
    expect(await unwrap('old', [])).toHaveLength(32);
    expect(await unwrap('new', ['older', 'old'])).toHaveLength(32);
    await expect(unwrap('new', ['older'])).rejects.toThrow(WrongKeyError);
  });

  it('are not called lost because a key may not be used just now', async () => {
    await expect(unwrap('disabled', [])).rejects.toMatchObject({ name: 'DisabledException' });
  });
});

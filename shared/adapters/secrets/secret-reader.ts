import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

const REQUEST_TIMEOUT_MS = 5_000;

/** Reads a secret's text from Secrets Manager once and remembers it for the life of the process. */
export function secretReader(secretArn: string, client = new SecretsManagerClient({})): () => Promise<string> {
  let reading: Promise<string> | undefined;
  const read = async (): Promise<string> => {
    const request = new GetSecretValueCommand({ SecretId: secretArn });
    const { SecretString } = await client.send(request, { abortSignal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
    if (!SecretString) throw new Error(`Secret ${secretArn} holds no text`);
    return SecretString;
  };
  return () => {
    reading ??= read().catch((error: unknown) => {
      reading = undefined; // the next caller tries again
      throw error;
    });
    return reading;
  };
}

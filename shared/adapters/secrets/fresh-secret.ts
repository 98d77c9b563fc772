import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { systemClock, type Clock } from '../../domain/clock.ts';
import { secretReader } from './secret-reader.ts';

const GOOD_FOR_MS = 60_000;

/** As `secretReader`, but reads it anew each minute: for a secret that people change while functions run. */
export function freshSecret(secretArn: string, clock: Clock = systemClock, client = new SecretsManagerClient({})): () => Promise<string> {
  let read = secretReader(secretArn, client);
  let until = 0;
  return () => {
    if (clock.now() >= until) {
      read = secretReader(secretArn, client);
      until = clock.now() + GOOD_FOR_MS;
    }
    return read();
  };
}

import { timingSafeEqual } from 'node:crypto';
import type { ApiKey, ApiKeys } from '../../shared/domain/access/api-keys.ts';
import type { Clock } from '../../shared/domain/clock.ts';
import { hashApiKey, isApiKey } from '../../shared/identity/api-key.ts';
import { loggableError } from '../../shared/observability/loggable-error.ts';
import { logger } from '../../shared/observability/logger.ts';

export interface AuthenticateKeyDeps {
  readonly apiKeys: Pick<ApiKeys, 'findByHash' | 'noteUse'>;
  readonly clock: Clock;
}

/** The API key that a caller showed, and notes its use. `undefined`: it is none of ours. */
export async function authenticateKey(deps: AuthenticateKeyDeps, token: string | undefined): Promise<ApiKey | undefined> {
  const key = token !== undefined && isApiKey(token) ? await findKey(deps.apiKeys, token) : undefined;
  if (key) await noteUse(deps, key);
  return key;
}

async function findKey(apiKeys: AuthenticateKeyDeps['apiKeys'], token: string): Promise<ApiKey | undefined> {
  const hash = hashApiKey(token);
  const key = await apiKeys.findByHash(hash);
  return key && timingSafeEqual(Buffer.from(key.hash), Buffer.from(hash)) ? key : undefined;
}

/** Writes once an hour. A key works even if that fails. */
async function noteUse({ apiKeys, clock }: AuthenticateKeyDeps, key: ApiKey): Promise<void> {
  try {
    await apiKeys.noteUse(key, clock.now());
  } catch (error) {
    logger.warn('Use of a key not noted', { keyId: key.id, failure: loggableError(error) });
  }
}

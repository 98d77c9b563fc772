import { timingSafeEqual } from 'node:crypto';
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { ApiKey, ApiKeys } from '../../../shared/domain/access/api-keys.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import { hashApiKey, isApiKey } from '../../../shared/identity/api-key.ts';
import { loggableError } from '../../../shared/observability/loggable-error.ts';
import { logger } from '../../../shared/observability/logger.ts';

export interface AuthorizeDeps {
  readonly apiKeys: Pick<ApiKeys, 'findByHash' | 'noteUse'>;
  readonly clock: Clock;
}

export type Authorize = (event: APIGatewayRequestAuthorizerEvent) => Promise<APIGatewayAuthorizerResult>;

/** Lets a known API key in and tells the handlers whose it is. Anything else is API Gateway's 401. */
export const makeAuthorize =
  ({ apiKeys, clock }: AuthorizeDeps): Authorize =>
  async ({ headers, methodArn }) => {
    const token = bearerToken(headers);
    const key = token !== undefined && isApiKey(token) ? await findKey(apiKeys, token) : undefined;
    if (!key) throw new Error('Unauthorized'); // the one message that API Gateway turns into a 401
    await noteUse({ apiKeys, clock }, key);
    return allow(key, methodArn);
  };

function bearerToken(headers: APIGatewayRequestAuthorizerEvent['headers']): string | undefined {
  const name = Object.keys(headers ?? {}).find((header) => header.toLowerCase() === 'authorization');
  return /^Bearer +(\S+)$/i.exec(headers?.[name ?? ''] ?? '')?.[1];
}

async function findKey(apiKeys: AuthorizeDeps['apiKeys'], token: string): Promise<ApiKey | undefined> {
  const hash = hashApiKey(token);
  const key = await apiKeys.findByHash(hash);
  return key && timingSafeEqual(Buffer.from(key.hash), Buffer.from(hash)) ? key : undefined;
}

/** Writes once an hour. A key works even if that fails. */
async function noteUse({ apiKeys, clock }: AuthorizeDeps, key: ApiKey): Promise<void> {
  try {
    await apiKeys.noteUse(key, clock.now());
  } catch (error) {
    logger.warn('Use of a key not noted', { keyId: key.id, failure: loggableError(error) });
  }
}

/** For every method of the stage: API Gateway caches the answer by key, whatever was called first. */
function allow({ id, workspaceId, scopes }: ApiKey, methodArn: string): APIGatewayAuthorizerResult {
  const [apiArn, stage] = methodArn.split('/');
  return {
    principalId: id,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: `${apiArn}/${stage}/*` }],
    },
    context: { workspaceId, keyId: id, scopes: scopes.join(' ') },
  };
}

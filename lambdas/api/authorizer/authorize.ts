import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { ApiKey } from '../../../shared/domain/access/api-keys.ts';
import { authenticateKey, type AuthenticateKeyDeps } from '../../http/authenticate-key.ts';

export type Authorize = (event: APIGatewayRequestAuthorizerEvent) => Promise<APIGatewayAuthorizerResult>;

/** Lets a known API key in and tells the handlers whose it is. Anything else is API Gateway's 401. */
export const makeAuthorize =
  (deps: AuthenticateKeyDeps): Authorize =>
  async ({ headers, methodArn }) => {
    const key = await authenticateKey(deps, bearerToken(headers));
    if (!key) throw new Error('Unauthorized'); // the one message that API Gateway turns into a 401
    return allow(key, methodArn);
  };

function bearerToken(headers: APIGatewayRequestAuthorizerEvent['headers']): string | undefined {
  const name = Object.keys(headers ?? {}).find((header) => header.toLowerCase() === 'authorization');
  return /^Bearer +(\S+)$/i.exec(headers?.[name ?? ''] ?? '')?.[1];
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

import { flushAuthorizers } from '../../../shared/adapters/api-gateway/flush-authorizers.ts';
import { documentClient } from '../../../shared/adapters/clients.ts';
import { dynamoApiKeys } from '../../../shared/adapters/dynamodb/dynamo-api-keys.ts';
import { dynamoIdempotency } from '../../../shared/adapters/dynamodb/dynamo-idempotency.ts';
import { ApiKeysApiEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { apiKeyRoutes } from '../../../shared/contracts/api/routes/api-keys.ts';
import { httpApi } from '../../http/http-api.ts';
import { makeCreateApiKey, makeDeleteApiKey, makeListApiKeys } from './api-key-operations.ts';

const config = loadConfig(ApiKeysApiEnv);
const doc = documentClient();
const apiKeys = dynamoApiKeys(doc, config.CORE_TABLE);

export const handler = httpApi({
  routes: apiKeyRoutes,
  idempotency: dynamoIdempotency(doc, config.CORE_TABLE),
  operations: {
    createApiKey: makeCreateApiKey(apiKeys),
    listApiKeys: makeListApiKeys(apiKeys),
    deleteApiKey: makeDeleteApiKey(apiKeys, flushAuthorizers(config.REST_API_ID, config.REST_API_STAGE)),
  },
});

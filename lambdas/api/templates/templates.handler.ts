import { documentClient } from '../../../shared/adapters/clients.ts';
import { dynamoIdempotency } from '../../../shared/adapters/dynamodb/dynamo-idempotency.ts';
import { dynamoMetaAccounts } from '../../../shared/adapters/dynamodb/dynamo-meta-accounts.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { dynamoTemplates } from '../../../shared/adapters/dynamodb/dynamo-templates.ts';
import { kmsDataKeys } from '../../../shared/adapters/kms/kms-data-keys.ts';
import { graphClient } from '../../../shared/adapters/meta/graph-client.ts';
import { TemplatesApiEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { templateRoutes } from '../../../shared/contracts/api/routes/templates.ts';
import { httpApi } from '../../http/http-api.ts';
import { makeCreateTemplate } from './create-template.ts';
import { makeDeleteTemplate, makeGetTemplate, makeListTemplates } from './manage-templates.ts';
import { makeSyncTemplates } from './sync-templates.ts';

const config = loadConfig(TemplatesApiEnv);
const doc = documentClient();
const GRAPH_TIMEOUT_MS = 8_000; // a call of ours makes up to three
const templates = dynamoTemplates(doc, config.CORE_TABLE);
const deps = {
  templates,
  sessions: dynamoSessions(doc, config.CORE_TABLE),
  accounts: dynamoMetaAccounts(doc, config.CORE_TABLE, kmsDataKeys(config.CREDENTIALS_KEY_ARN)),
  graph: graphClient({ baseUrl: config.META_GRAPH_URL, timeoutMs: GRAPH_TIMEOUT_MS }),
};

export const handler = httpApi({
  routes: templateRoutes,
  idempotency: dynamoIdempotency(doc, config.CORE_TABLE),
  operations: {
    createTemplate: makeCreateTemplate(deps),
    listTemplates: makeListTemplates(templates),
    getTemplate: makeGetTemplate(templates),
    deleteTemplate: makeDeleteTemplate(deps),
    syncTemplates: makeSyncTemplates(deps),
  },
});

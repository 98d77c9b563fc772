import { documentClient } from '../../../shared/adapters/clients.ts';
import { dynamoWorkspaces } from '../../../shared/adapters/dynamodb/dynamo-workspaces.ts';
import { tableProbe } from '../../../shared/adapters/dynamodb/table-probe.ts';
import { SystemApiEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { systemRoutes } from '../../../shared/contracts/api/routes/system.ts';
import { httpApi } from '../../http/http-api.ts';
import { makeGetHealth } from './get-health.ts';
import { makeGetWorkspace } from './get-workspace.ts';
import { makeGetDocs, makeGetOpenApi } from './reference.ts';

const config = loadConfig(SystemApiEnv);
const doc = documentClient();
const probes = { database: tableProbe(doc, config.CORE_TABLE), registry: tableProbe(doc, config.REGISTRY_TABLE) };

/** API Gateway's catch-all comes here too: the router answers an unknown path with 404. */
export const handler = httpApi({
  routes: systemRoutes,
  operations: {
    getHealth: makeGetHealth(config.BLAZZ_VERSION, probes),
    getOpenApi: makeGetOpenApi(config.BLAZZ_VERSION),
    getDocs: makeGetDocs(config.BLAZZ_VERSION),
    getWorkspace: makeGetWorkspace(dynamoWorkspaces(doc, config.CORE_TABLE)),
  },
});

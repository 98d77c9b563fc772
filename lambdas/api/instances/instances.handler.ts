import { documentClient } from '../../../shared/adapters/clients.ts';
import { dynamoInstanceRegistry } from '../../../shared/adapters/dynamodb/dynamo-instance-registry.ts';
import { InstancesApiEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { instanceRoutes } from '../../../shared/contracts/api/routes/instances.ts';
import { httpApi } from '../../http/http-api.ts';
import { makeDrainInstance, makeListInstances } from './instance-operations.ts';

const config = loadConfig(InstancesApiEnv);
const registry = dynamoInstanceRegistry(documentClient(), config.REGISTRY_TABLE);

export const handler = httpApi({
  routes: instanceRoutes,
  operations: { listInstances: makeListInstances(registry), drainInstance: makeDrainInstance(registry) },
});

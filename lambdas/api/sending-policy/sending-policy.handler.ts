import { documentClient } from '../../../shared/adapters/clients.ts';
import { dynamoOutcomes } from '../../../shared/adapters/dynamodb/dynamo-outcomes.ts';
import { dynamoSendingPolicies } from '../../../shared/adapters/dynamodb/dynamo-sending-policies.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { SendingPolicyApiEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { sendingPolicyRoutes } from '../../../shared/contracts/api/routes/sending-policy.ts';
import { systemClock as clock } from '../../../shared/domain/clock.ts';
import { httpApi } from '../../http/http-api.ts';
import { makeGetSendingPolicy, makePutSendingPolicy } from './sending-policy.ts';

const config = loadConfig(SendingPolicyApiEnv);
const doc = documentClient();
const deps = {
  policies: dynamoSendingPolicies(doc, config.CORE_TABLE),
  sessions: dynamoSessions(doc, config.CORE_TABLE),
  outcomes: dynamoOutcomes(doc, config.CORE_TABLE),
  clock,
};

export const handler = httpApi({
  routes: sendingPolicyRoutes,
  operations: { getSendingPolicy: makeGetSendingPolicy(deps), putSendingPolicy: makePutSendingPolicy(deps) },
});

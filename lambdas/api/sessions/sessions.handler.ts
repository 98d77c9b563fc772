import { setTimeout as pause } from 'node:timers/promises';
import { documentClient } from '../../../shared/adapters/clients.ts';
import { dynamoAssignments } from '../../../shared/adapters/dynamodb/dynamo-assignments.ts';
import { dynamoIdempotency } from '../../../shared/adapters/dynamodb/dynamo-idempotency.ts';
import { dynamoInstanceRegistry } from '../../../shared/adapters/dynamodb/dynamo-instance-registry.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { dynamoMetaAccounts } from '../../../shared/adapters/dynamodb/dynamo-meta-accounts.ts';
import { kmsDataKeys } from '../../../shared/adapters/kms/kms-data-keys.ts';
import { graphClient } from '../../../shared/adapters/meta/graph-client.ts';
import { httpNudge } from '../../../shared/adapters/nudge/http-nudge.ts';
import { secretReader } from '../../../shared/adapters/secrets/secret-reader.ts';
import { SessionsApiEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { sessionRoutes } from '../../../shared/contracts/api/routes/sessions.ts';
import { systemClock as clock } from '../../../shared/domain/clock.ts';
import { instanceDirectory } from '../../../shared/domain/instances/instance-directory.ts';
import { makePlaceSession } from '../../../shared/domain/sessions/place-session.ts';
import { httpApi } from '../../http/http-api.ts';
import { makeCreateSession } from './create-session.ts';
import { makeDeleteSession } from './delete-session.ts';
import { makeGetSessionQr } from './get-session-qr.ts';
import { makeGetSession, makeGetSessionStatus, makeListSessions } from './read-sessions.ts';
import { makeRequestPairingCode } from './request-pairing-code.ts';
import { sessionViewer } from './session-view.ts';
import { makeRegenerateQr, makeSteerSession } from './steer-session.ts';
import { makeUpdateSession } from './update-session.ts';

const config = loadConfig(SessionsApiEnv);
const doc = documentClient();
const sessions = dynamoSessions(doc, config.CORE_TABLE);
const registry = dynamoInstanceRegistry(doc, config.REGISTRY_TABLE);
const directory = instanceDirectory(registry, clock);
const calls = httpNudge({ directory, readSecret: secretReader(config.NUDGE_SECRET_ARN) });
const assignments = dynamoAssignments(doc, { core: config.CORE_TABLE, registry: config.REGISTRY_TABLE });
const placeSession = makePlaceSession({ assignments, sessions, directory, calls, clock });
const viewSession = sessionViewer(directory);

const accounts = dynamoMetaAccounts(doc, config.CORE_TABLE, kmsDataKeys(config.CREDENTIALS_KEY_ARN));
const GRAPH_TIMEOUT_MS = 8_000; // a call of ours makes up to three
const graph = graphClient({ baseUrl: config.META_GRAPH_URL, timeoutMs: GRAPH_TIMEOUT_MS });

const deps = { sessions, accounts, graph, placeSession, viewSession, clock };
const createSession = makeCreateSession({ ...deps, isUnlimitedPacingAllowed: config.ALLOW_UNLIMITED_PACING });
const getSessionStatus = makeGetSessionStatus(deps);
const steer = makeSteerSession(deps);
const deleteSession = makeDeleteSession(deps);

export const handler = httpApi({
  routes: sessionRoutes,
  idempotency: dynamoIdempotency(doc, config.CORE_TABLE),
  operations: {
    createSession,
    createSessionAlias: (request) => createSession(request),
    listSessions: makeListSessions(deps),
    getSession: makeGetSession(deps),
    updateSession: makeUpdateSession(deps),
    getSessionStatus,
    getSessionStatusAlias: (request) => getSessionStatus(request),
    getSessionQr: makeGetSessionQr(sessions),
    requestPairingCode: makeRequestPairingCode({ sessions, placeSession, clock, pause }),
    startSession: steer({ desired: 'running' }),
    stopSession: steer({ desired: 'stopped' }),
    reconnectSession: steer({ desired: 'running', restart: true }),
    regenerateQr: makeRegenerateQr(deps),
    logoutSession: steer({ desired: 'logged_out' }),
    deleteSession,
    deleteSessionAlias: (request) => deleteSession(request),
  },
});

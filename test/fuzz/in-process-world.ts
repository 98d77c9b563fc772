import { createHmac } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { HttpHandler } from '../../lambdas/http/http-api.ts';
import { MetaClient, type BusinessNumber } from '../../local/client/meta-client.ts';
import { startMetaService } from '../../local/meta/service.ts';
import { dynamoWorkspaces } from '../../shared/adapters/dynamodb/dynamo-workspaces.ts';
import type { Sessions } from '../../shared/domain/sessions/sessions.ts';
import { PhoneNumber } from '../../shared/contracts/phone-number.ts';
import { Scope } from '../../shared/contracts/api/common.ts';
import { startApiWorld } from '../integration/messaging/api-world.ts';
import { APP_SECRET, secretArn, startSecurity } from '../integration/meta/meta-world.ts';
import { apiEvent, lambdaContext } from '../support/api-event.ts';
import { anId } from '../support/builders/session.ts';
import { allJobsTo, startQueues, type TestQueues } from '../support/sqs.ts';
import { startServerDouble } from '../support/server-double.ts';
import type { FuzzAnswer } from './check-answer.ts';
import { META_NUMBER_MARK, META_SESSION_MARK } from './examples.ts';
import type { FuzzOperation } from './operations.ts';
import type { FuzzRequest } from './request.ts';
import type { FuzzWorld } from './world.ts';
import { WriteLog } from './write-log.ts';

const API = join(import.meta.dirname, '../../lambdas/api');

/** All entries of the REST API in this process, on emulators, with what API Gateway does before them left out. */
export async function startInProcessWorld(): Promise<FuzzWorld> {
  const [world, queues, security, meta, apiGateway] = await Promise.all([
    startApiWorld(), startQueues(), startSecurity(), startMetaService(), startServerDouble({ status: 202 }),
  ]);
  const writes = await WriteLog.start(world.dynamo.endpoint);
  Object.assign(process.env, await environmentOf(queues), {
    AWS_ENDPOINT_URL_DYNAMODB: writes.url,
    AWS_ENDPOINT_URL_KMS: security.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: security.endpoint,
    AWS_ENDPOINT_URL_API_GATEWAY: apiGateway.url,
    CREDENTIALS_KEY_ARN: security.keyArn,
    META_GRAPH_URL: meta.graph,
  });
  world.instanceAnswer.body = { onWhatsApp: [true] };
  const workspaces = { own: anId('wsp'), stranger: anId('wsp') } as const;
  for (const id of Object.values(workspaces)) {
    await dynamoWorkspaces(world.dynamo.doc, world.dynamo.tables.core).insert({ id, name: 'Fuzz', createdAt: Date.now() });
    await world.connectedSession(id);
  }
  const number = await new MetaClient(meta.control).number('+4930700001');
  const handlers = await loadHandlers();
  let metaSessionId = '';
  const call = async (request: FuzzRequest, operation: FuzzOperation): Promise<FuzzAnswer> => {
    const body = request.body?.replaceAll(META_NUMBER_MARK, number.phoneNumberId).replaceAll(META_SESSION_MARK, metaSessionId);
    const event = eventOf({ ...request, body }, operation, workspaces);
    const answering = (await ownerOf(handlers, request.path))(event, lambdaContext());
    await Promise.race([answering, fleetFor(world.sessions, request, answering)]);
    return answerOf(await answering);
  };
  const { text } = await call(metaSession(number), { contract: { isPublic: undefined } } as unknown as FuzzOperation);
  metaSessionId = (JSON.parse(text) as { id: string }).id;
  return {
    workspaces,
    call,
    written: () => writes.take(),
    async stop() {
      await Promise.all([world.stop(), queues.stop(), security.stop(), meta.stop(), apiGateway.stop(), writes.stop()]);
    },
  };
}

async function environmentOf(queues: TestQueues): Promise<Record<string, string>> {
  const [work, dead] = [await queues.create('work'), await queues.create('work-dead')];
  const events = await queues.createFifo('session-events.fifo');
  return {
    ...allJobsTo(work),
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
    SESSION_EVENTS_QUEUE_URL: events,
    WEBHOOK_DELIVERIES_QUEUE_URL: work, WEBSOCKET_PUSHES_QUEUE_URL: work, CONTACT_IMPORTS_QUEUE_URL: work, META_SENDS_QUEUE_URL: work,
    WORK_QUEUES: `work ${work} ${dead}`,
    REST_API_ID: 'api', REST_API_STAGE: 'live',
    BLAZZ_VERSION: 'fuzz',
    NUDGE_SECRET_ARN: secretArn('nudge'), INGEST_SECRET_ARN: secretArn('app'), META_APP_SECRET_ARN: secretArn('app'), META_VERIFY_TOKEN_ARN: secretArn('verify'),
    POWERTOOLS_LOG_LEVEL: process.env['FUZZ_LOG_LEVEL'] ?? 'SILENT', POWERTOOLS_METRICS_DISABLED: 'true', POWERTOOLS_TRACE_ENABLED: 'false',
  };
}

async function loadHandlers(): Promise<readonly HttpHandler[]> {
  const names = (await readdir(API)).filter((name) => name !== 'authorizer').sort();
  const handlers: HttpHandler[] = [];
  for (const name of names) {
    // one after the other: Jest links modules that are imported side by side wrongly
    const { handler } = (await import(join(API, name, `${name}.handler.ts`))) as { handler: HttpHandler };
    handlers.push(handler);
  }
  return handlers;
}

/** Whose path it is, as API Gateway knows; `system` answers for the rest. A method that is none tells by its 405. */
async function ownerOf(handlers: readonly HttpHandler[], path: string): Promise<HttpHandler> {
  const answers = await Promise.all(handlers.map((handler) => handler(apiEvent('FUZZ', path), lambdaContext())));
  const index = answers.findIndex(({ statusCode }) => statusCode === 405);
  return handlers.at(index) as HttpHandler;
}

function eventOf(request: FuzzRequest, { contract }: FuzzOperation, workspaces: FuzzWorld['workspaces']) {
  const { method, path, query, body, caller, isSigned } = request;
  const isNobody = caller === 'nobody' || contract.isPublic;
  return apiEvent(method, query === '' ? path : `${path}?${query}`, {
    ...(body !== undefined && { body }),
    headers: { ...(isSigned && signatures(method, path, body ?? '')), ...request.headers },
    workspaceId: isNobody ? null : workspaces[caller === 'stranger' ? 'stranger' : 'own'],
    scopes: caller === 'narrow' ? [] : Scope.options,
  });
}

function signatures(method: string, path: string, body: string): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const hmac = (text: string) => createHmac('sha256', APP_SECRET).update(text).digest('hex');
  return { 'x-hub-signature-256': `sha256=${hmac(body)}`, 'x-hmac-timestamp': timestamp, 'x-hmac-signature': hmac(timestamp + method + path + body) };
}

/** Does the part of a fleet for a call that waits for it: gives pairing codes until it has been answered. */
async function fleetFor(sessions: Pick<Sessions, 'savePairingCode'>, { path, body = '' }: FuzzRequest, answering: Promise<unknown>): Promise<void> {
  const sessionId = /^\/v1\/sessions\/(ses_\w{26})\/pairing-code\/?$/.exec(path)?.[1];
  const number = /"phoneNumber":"([^"]*)"/.exec(body)?.[1];
  const phoneNumber = PhoneNumber.safeParse(number).data;
  if (sessionId === undefined || phoneNumber === undefined) return;
  const answered = new AbortController();
  void answering.finally(() => answered.abort());
  while (!answered.signal.aborted) {
    const expiresAt = new Date(Date.now() + 60_000).toISOString(); // another each time: the call wants one that was not there before
    await sessions.savePairingCode(sessionId, { code: 'ABCD1234', expiresAt, phoneNumber });
    await Promise.race([answering, pause(100)]);
  }
}

const metaSession = ({ phoneNumberId, businessAccountId, accessToken }: BusinessNumber): FuzzRequest => ({
  method: 'POST', path: '/v1/sessions', query: '', headers: {}, caller: 'own', isSigned: false,
  body: JSON.stringify({ provider: 'meta', meta: { phoneNumberId, businessAccountId, accessToken } }),
});

const answerOf = ({ statusCode, headers, body }: Awaited<ReturnType<HttpHandler>>): FuzzAnswer => ({
  status: statusCode,
  headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)])),
  text: body,
});

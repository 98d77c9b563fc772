import type { Construct } from 'constructs';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import * as env from '../../shared/config/control-plane-env.ts';
import { API_TIMEOUT } from '../stages.ts';
import type { FunctionSetting } from './function-setting.ts';
import { grantPublishing } from './grant-publishing.ts';
import type { HouseRestApi } from './house-rest-api.ts';
import { NodeFunction } from './node-function.ts';

type MakeFunction = (scope: Construct, setting: FunctionSetting) => IFunction;

const entryOf = (name: string): string => `lambdas/api/${name}/${name}.handler.ts`;

/** Made before the API, which asks it. */
export const makeAuthorizer: MakeFunction = (scope, { data, environment, logs }) => {
  const authorizer = new NodeFunction(scope, 'Authorizer', {
    entry: entryOf('authorizer'),
    description: 'Says which workspace and scopes an API key stands for',
    env: env.AuthorizerEnv,
    environment,
    logs,
  });
  data.core.grantWrite(authorizer); // notes when a key was last used
  return authorizer;
};

const makeSystem: MakeFunction = (scope, { data, environment, logs }) => {
  const system = new NodeFunction(scope, 'SystemApi', {
    entry: entryOf('system'),
    description: 'Health, OpenAPI document, own workspace, and every unknown path',
    env: env.SystemApiEnv,
    environment,
    logs,
  });
  data.core.grantRead(system);
  data.registry.grantRead(system);
  return system;
};

const makeSessions: MakeFunction = (scope, { data, environment, logs, network }) => {
  const sessions = new NodeFunction(scope, 'SessionsApi', {
    entry: entryOf('sessions'),
    description: 'Sessions: link, start, stop, QR codes',
    env: env.SessionsApiEnv,
    environment,
    logs,
    network,
    timeout: API_TIMEOUT,
  });
  data.core.grantWrite(sessions);
  data.registry.grantCheck(sessions); // an assignment asks whether its instance takes sessions
  data.grantNudging(sessions);
  data.meta.grantSealing(sessions);
  return sessions;
};

const makeTemplates: MakeFunction = (scope, { data, environment, logs }) => {
  const templates = new NodeFunction(scope, 'TemplatesApi', {
    entry: entryOf('templates'),
    description: 'Templates of numbers at Meta: make, list, sync',
    env: env.TemplatesApiEnv,
    environment,
    logs,
    timeout: API_TIMEOUT, // asks Meta
  });
  data.core.grantWrite(templates);
  data.meta.grantOpening(templates);
  return templates;
};

const makeMetaIngest: MakeFunction = (scope, { data, environment, logs }) => {
  const ingest = new NodeFunction(scope, 'MetaIngestApi', {
    entry: entryOf('meta-ingest'),
    description: 'Takes the webhooks of Meta',
    env: env.MetaIngestEnv,
    environment,
    logs,
  });
  data.core.grantRead(ingest);
  data.sessionEvents.grantSend(ingest);
  data.meta.grantVerifying(ingest);
  return ingest;
};

const makeMessages: MakeFunction = (scope, { data, environment, logs, network }) => {
  const messages = new NodeFunction(scope, 'MessagesApi', {
    entry: entryOf('messages'),
    description: 'Messages: queue one, wait for it, read it',
    env: env.MessagesApiEnv,
    environment,
    logs,
    network,
    timeout: API_TIMEOUT, // a caller may wait for `sent`
  });
  data.core.grantWrite(messages);
  data.messages.grantBulkWrite(messages);
  data.registry.grantRead(messages);
  data.media.grantKeep(messages);
  data.metaSends.grantSend(messages);
  data.grantNudging(messages);
  return messages;
};

const makeChats: MakeFunction = (scope, { data, environment, logs, network }) => {
  const chats = new NodeFunction(scope, 'ChatsApi', {
    entry: entryOf('chats'),
    description: 'Chats: list, read, answer, typing',
    env: env.ChatsApiEnv,
    environment,
    logs,
    network,
    timeout: API_TIMEOUT,
  });
  data.core.grantWrite(chats);
  data.messages.grantBulkWrite(chats);
  data.registry.grantRead(chats);
  data.media.grantKeep(chats);
  data.metaSends.grantSend(chats);
  data.grantNudging(chats);
  return chats;
};

const makeContacts: MakeFunction = (scope, { data, environment, logs, network }) => {
  const contacts = new NodeFunction(scope, 'ContactsApi', {
    entry: entryOf('contacts'),
    description: 'Contacts: one a person, search, imports, number checks',
    env: env.ContactsApiEnv,
    environment,
    logs,
    network,
    timeout: API_TIMEOUT, // WhatsApp answers about one number after the other
    memoryMiB: 1024, // reads files of 50,000 rows
  });
  data.core.grantBulkWrite(contacts);
  data.messages.grantWrite(contacts);
  data.registry.grantRead(contacts);
  data.contactImports.grantSend(contacts);
  grantPublishing(data, contacts);
  data.grantNudging(contacts);
  return contacts;
};

const makeMedia: MakeFunction = (scope, { data, environment, logs }) => {
  const media = new NodeFunction(scope, 'MediaApi', {
    entry: entryOf('media'),
    description: 'Files: where to upload them, links to them',
    env: env.MediaApiEnv,
    environment,
    logs,
  });
  data.core.grantWrite(media);
  data.messages.grantRead(media);
  data.media.grantUploads(media);
  data.media.grantLinks(media);
  return media;
};

const makeCampaigns: MakeFunction = (scope, { data, environment, logs, network }) => {
  const campaigns = new NodeFunction(scope, 'CampaignsApi', {
    entry: entryOf('campaigns'),
    description: 'Campaigns: recipients, start, pause, counts',
    env: env.CampaignsApiEnv,
    environment,
    logs,
    network,
    timeout: API_TIMEOUT,
    memoryMiB: 1024, // reads recipient lists of up to 10 MB
  });
  data.core.grantBulkWrite(campaigns);
  data.messages.grantBulkWrite(campaigns);
  data.registry.grantRead(campaigns);
  data.grantEnqueue(campaigns);
  data.media.grantKeep(campaigns);
  grantPublishing(data, campaigns); // changes of status
  data.metaSends.grantSend(campaigns);
  data.grantNudging(campaigns);
  return campaigns;
};

const makeWebhooks: MakeFunction = (scope, { data, environment, logs }) => {
  const webhooks = new NodeFunction(scope, 'WebhooksApi', {
    entry: entryOf('webhooks'),
    description: 'Webhooks: endpoints, deliveries, retries',
    env: env.WebhooksApiEnv,
    environment,
    logs,
    timeout: API_TIMEOUT,
  });
  data.core.grantBulkWrite(webhooks);
  data.webhookDeliveries.grantSend(webhooks);
  return webhooks;
};

const makeInstances: MakeFunction = (scope, { data, environment, logs }) => {
  const instances = new NodeFunction(scope, 'InstancesApi', {
    entry: entryOf('instances'),
    description: 'Instances: list and drain, for operators',
    env: env.InstancesApiEnv,
    environment,
    logs,
  });
  data.registry.grantWrite(instances);
  data.core.grantRead(instances);
  return instances;
};

const makeOperations: MakeFunction = (scope, { data, environment, logs }) => {
  const operations = new NodeFunction(scope, 'OperationsApi', {
    entry: entryOf('operations'),
    description: 'Queues: depth and redrive, for operators',
    env: env.OperationsApiEnv,
    environment,
    logs,
    timeout: API_TIMEOUT,
  });
  data.core.grantRead(operations);
  for (const queue of data.queues) queue.grantOperate(operations);
  return operations;
};

const makeIngestWebjs: MakeFunction = (scope, { data, environment, logs }) => {
  const ingest = new NodeFunction(scope, 'IngestWebjsApi', {
    entry: entryOf('ingest-webjs'),
    description: 'Takes what sessions of fleets outside our network report',
    env: env.IngestWebjsApiEnv,
    environment,
    logs,
  });
  data.core.grantItems(ingest); // the session, its limits, signatures that were used
  data.sessionEvents.grantSend(ingest);
  data.grantReading(data.ingestSecret, ingest);
  return ingest;
};

const makeSendingPolicy: MakeFunction = (scope, { data, environment, logs }) => {
  const sendingPolicy = new NodeFunction(scope, 'SendingPolicyApi', {
    entry: entryOf('sending-policy'),
    description: 'From which numbers a workspace sends, and which stand in',
    env: env.SendingPolicyApiEnv,
    environment,
    logs,
  });
  data.core.grantWrite(sendingPolicy);
  return sendingPolicy;
};

const makeApiKeys = (scope: Construct, { data, environment, logs }: FunctionSetting, api: HouseRestApi): IFunction => {
  const apiKeys = new NodeFunction(scope, 'ApiKeysApi', {
    entry: entryOf('api-keys'),
    description: 'API keys: make, list, revoke',
    env: env.ApiKeysApiEnv,
    environment: { ...environment, REST_API_ID: api.restApiId, REST_API_STAGE: api.stageName },
    logs,
  });
  data.core.grantWrite(apiKeys);
  api.grantFlush(apiKeys);
  return apiKeys;
};

export type ApiFunctions = ReturnType<typeof makeApiFunctions>;

/** One function a resource of the REST API, each allowed what it reads and writes and no more. */
export const makeApiFunctions = (scope: Construct, setting: FunctionSetting, api: HouseRestApi) => ({
  system: makeSystem(scope, setting),
  sessions: makeSessions(scope, setting),
  messages: makeMessages(scope, setting),
  chats: makeChats(scope, setting),
  contacts: makeContacts(scope, setting),
  media: makeMedia(scope, setting),
  campaigns: makeCampaigns(scope, setting),
  webhooks: makeWebhooks(scope, setting),
  instances: makeInstances(scope, setting),
  ingestWebjs: makeIngestWebjs(scope, setting),
  operations: makeOperations(scope, setting),
  sendingPolicy: makeSendingPolicy(scope, setting),
  templates: makeTemplates(scope, setting),
  metaIngest: makeMetaIngest(scope, setting),
  apiKeys: makeApiKeys(scope, setting, api),
});

import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type ApiFunctions, makeApiFunctions, makeAuthorizer } from '../constructs/api-functions.ts';
import type { FunctionNetwork } from '../constructs/function-network.ts';
import { functionSetting } from '../constructs/function-setting.ts';
import { HouseRestApi } from '../constructs/house-rest-api.ts';
import { makeQueueFunctions } from '../constructs/queue-functions.ts';
import { makeRealtime, type Realtime } from '../constructs/realtime.ts';
import { makeScheduleFunctions, type ScheduleFunctions } from '../constructs/schedule-functions.ts';
import type { StageSettings } from '../stages.ts';
import type { DataStack } from './data-stack.ts';

export interface ControlPlaneStackProps extends StackProps {
  readonly settings: StageSettings;
  readonly data: DataStack;
  readonly network: FunctionNetwork | undefined;
}

/** The REST API and the WebSocket API, their functions, the consumers of the queues and the schedules. */
export class ControlPlaneStack extends Stack {
  readonly api: HouseRestApi;
  readonly schedules: ScheduleFunctions;
  /** Unset where the stage has no WebSocket API. */
  readonly realtime: Realtime | undefined;

  constructor(scope: Construct, id: string, { settings, data, network, ...props }: ControlPlaneStackProps) {
    super(scope, id, props);
    const setting = functionSetting(data, settings, network);
    this.api = new HouseRestApi(this, 'Api', {
      authorizer: makeAuthorizer(this, setting),
      requestsPerSecond: settings.apiRequestsPerSecond,
      logs: data.logs,
    });
    // LocalStack makes this tag the API's id, and so its address one that can be written down.
    if (settings.physicalNamePrefix) Tags.of(this.api).add('_custom_id_', settings.physicalNamePrefix);
    addRoutes(this.api, makeApiFunctions(this, setting, this.api));
    makeQueueFunctions(this, setting);
    this.schedules = makeScheduleFunctions(this, setting);
    this.realtime = settings.hasRealtime
      ? makeRealtime(this, setting, { messagesPerSecond: settings.apiRequestsPerSecond, logging: this.api.logging })
      : undefined;
    new CfnOutput(this, 'ApiUrl', { value: this.api.url });
  }
}

function addRoutes(api: HouseRestApi, functions: ApiFunctions): void {
  const { system } = functions;
  for (const path of ['/', '/health', '/openapi.json', '/docs', '/{proxy+}', '/v1/{proxy+}']) api.routeOpen(path, system);
  api.routeOpen('/v1/ingest/webjs', functions.ingestWebjs); // its requests are signed
  api.route('/v1/workspaces/current', system);
  api.route('/v1/workspaces/current/sending-policy', functions.sendingPolicy);
  api.routeTree('/v1/sessions', functions.sessions);
  api.route('/api/whatsapp/{proxy+}', functions.sessions); // paths of the system this one replaces
  api.routeTree('/v1/messages', functions.messages);
  api.routeTree('/v1/media', functions.media);
  api.routeTree('/v1/chats', functions.chats);
  api.routeTree('/v1/contacts', functions.contacts);
  api.routeTree('/v1/campaigns', functions.campaigns);
  api.routeTree('/v1/webhooks', functions.webhooks);
  api.routeTree('/v1/templates', functions.templates);
  api.routeTree('/v1/instances', functions.instances);
  api.routeTree('/v1/operations', functions.operations);
  api.routeTree('/v1/api-keys', functions.apiKeys);
  api.routeOpen('/v1/ingest/meta', functions.metaIngest); // its requests are signed
}

import { CfnOutput } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import * as env from '../../shared/config/control-plane-env.ts';
import { API_TIMEOUT, CONSUMER_TIMEOUT } from '../stages.ts';
import type { FunctionSetting } from './function-setting.ts';
import { HouseWebSocketApi, type HouseWebSocketApiProps } from './house-websocket-api.ts';
import { NodeFunction } from './node-function.ts';
import { entryOf, runEveryMinute, TIMEOUT } from './run-every.ts';

export interface Realtime {
  readonly api: HouseWebSocketApi;
  readonly connections: IFunction;
  readonly pushes: IFunction;
  readonly dropSilentConnections: IFunction;
}

/** The WebSocket API and the functions that talk through it. */
export function makeRealtime(scope: Construct, setting: FunctionSetting, options: Omit<HouseWebSocketApiProps, 'logs'>): Realtime {
  const api = new HouseWebSocketApi(scope, 'Realtime', { ...options, logs: setting.logs });
  const realtime = { ...setting, environment: { ...setting.environment, REALTIME_ENDPOINT: api.callbackUrl } };
  const connections = makeConnections(scope, realtime);
  const pushes = makePushes(scope, realtime);
  const dropSilentConnections = makeDropSilentConnections(scope, realtime);
  for (const grantee of [connections, pushes]) api.grantPosting(grantee);
  for (const grantee of [connections, pushes, dropSilentConnections]) api.grantClosing(grantee);
  api.routeTo(connections);
  new CfnOutput(scope, 'RealtimeUrl', { value: api.socketUrl });
  return { api, connections, pushes, dropSilentConnections };
}

interface RealtimeSetting extends Omit<FunctionSetting, 'environment'> {
  readonly environment: FunctionSetting['environment'] & { readonly REALTIME_ENDPOINT: string };
}

function makeConnections(scope: Construct, { data, environment, logs }: RealtimeSetting): IFunction {
  const connections = new NodeFunction(scope, 'Connections', {
    entry: 'lambdas/websocket/connections/connections.handler.ts',
    description: 'Sockets: connect, subscribe, catch up',
    env: env.ConnectionsEnv,
    environment,
    logs,
    timeout: API_TIMEOUT,
  });
  data.core.grantWrite(connections);
  data.messages.grantRead(connections); // whether a chat is the workspace's
  return connections;
}

function makePushes(scope: Construct, { data, environment, logs }: RealtimeSetting): IFunction {
  const pushes = new NodeFunction(scope, 'WebsocketPushes', {
    entry: 'lambdas/queues/websocket-pushes/websocket-pushes.handler.ts',
    description: 'Sends events to the sockets that subscribed to them',
    env: env.WebsocketPushesEnv,
    environment,
    logs,
    timeout: CONSUMER_TIMEOUT.websocketPushes,
    memoryMiB: 1024, // a processor's share goes with it, and a thousand posts are signed one by one
  });
  data.core.grantWrite(pushes);
  data.websocketPushes.feed(pushes, { batchSize: 10 });
  return pushes;
}

function makeDropSilentConnections(scope: Construct, { data, environment, logs }: RealtimeSetting): IFunction {
  const drop = new NodeFunction(scope, 'DropSilentConnections', {
    entry: entryOf('drop-silent-connections'),
    description: 'Ends sockets that say nothing any more',
    env: env.DropSilentConnectionsEnv,
    environment,
    logs,
    timeout: TIMEOUT,
  });
  data.core.grantWrite(drop);
  runEveryMinute(scope, drop);
  return drop;
}

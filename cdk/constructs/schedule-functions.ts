import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import * as env from '../../shared/config/control-plane-env.ts';
import type { FunctionSetting } from './function-setting.ts';
import { grantPublishing } from './grant-publishing.ts';
import { NodeFunction } from './node-function.ts';
import { entryOf, runEvery, runEveryMinute, TIMEOUT } from './run-every.ts';

export type ScheduleFunctions = ReturnType<typeof makeScheduleFunctions>;

/** What looks after lost work, and what is left lying about. */
export const makeScheduleFunctions = (scope: Construct, setting: FunctionSetting) => ({
  reassignSessions: makeReassignSessions(scope, setting),
  requeueWork: makeRequeueWork(scope, setting),
  cleanUpSessions: makeCleanUpSessions(scope, setting),
});

function makeReassignSessions(scope: Construct, { data, environment, logs, network }: FunctionSetting): IFunction {
  const reassign = new NodeFunction(scope, 'ReassignSessions', {
    entry: entryOf('reassign-sessions'),
    description: 'Declares silent instances lost and moves their sessions',
    env: env.ReassignSessionsEnv,
    environment,
    logs,
    network,
    timeout: TIMEOUT,
  });
  data.core.grantWrite(reassign);
  data.registry.grantWrite(reassign);
  data.grantNudging(reassign);
  runEveryMinute(scope, reassign);
  return reassign;
}

function makeRequeueWork(scope: Construct, { data, environment, logs }: FunctionSetting): IFunction {
  const requeue = new NodeFunction(scope, 'RequeueWork', {
    entry: entryOf('requeue-work'),
    description: 'Puts work the tables know of back on its queue',
    env: env.RequeueWorkEnv,
    environment,
    logs,
    timeout: TIMEOUT,
  });
  data.core.grantBulkWrite(requeue); // starts scheduled campaigns, whose jobs it writes
  data.messages.grantWrite(requeue); // moves what waits for a number that is down
  data.grantEnqueue(requeue);
  data.contactImports.grantSend(requeue);
  grantPublishing(data, requeue);
  data.metaSends.grantSend(requeue);
  runEveryMinute(scope, requeue);
  return requeue;
}

function makeCleanUpSessions(scope: Construct, { data, environment, logs }: FunctionSetting): IFunction {
  const cleanUp = new NodeFunction(scope, 'CleanUpSessions', {
    entry: entryOf('clean-up-sessions'),
    description: 'Closes QR pages nobody scans, frees and removes sessions nobody needs',
    env: env.CleanUpSessionsEnv,
    environment,
    logs,
    timeout: TIMEOUT,
  });
  data.core.grantWrite(cleanUp);
  data.registry.grantRead(cleanUp);
  data.messages.grantWrite(cleanUp); // claims what waits for a deleted session
  data.sessionEvents.grantSend(cleanUp);
  runEvery(scope, cleanUp, { id: 'EveryHour', rate: Duration.hours(1) });
  return cleanUp;
}

import { buildApp } from 'fauxqs';
import { startDynamo } from '../../support/dynamodb.ts';
import { FaultProxy } from '../proxies/fault-proxy.ts';

/** What stands for AWS and outlives any host: tables and queues, each behind a proxy that can go wrong. */
export interface Emulators {
  readonly dynamodb: FaultProxy;
  readonly sqs: FaultProxy;
  stop(): Promise<void>;
}

export async function startEmulators(): Promise<Emulators> {
  const database = await startDynamo();
  const queues = buildApp({ logger: false });
  const dynamodb = await FaultProxy.start(database.endpoint);
  const sqs = await FaultProxy.start(await queues.listen({ host: '127.0.0.1', port: 0 }));
  return {
    dynamodb,
    sqs,
    async stop() {
      await Promise.all([dynamodb.stop(), sqs.stop()]);
      await queues.close();
      await database.stop();
    },
  };
}

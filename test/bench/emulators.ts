import { buildApp } from 'fauxqs';
import { startDynamo, type TestDynamo } from '../support/dynamodb.ts';
import { CountingProxy } from './counting-proxy.ts';

/** Emulators of their own with a counting proxy before each, for a host that is told to use them. */
export class CountedEmulators {
  readonly dynamo: CountingProxy;
  readonly sqs: CountingProxy;
  readonly #close: () => Promise<void>;

  private constructor(dynamo: CountingProxy, sqs: CountingProxy, close: () => Promise<void>) {
    this.dynamo = dynamo;
    this.sqs = sqs;
    this.#close = close;
  }

  static async start(): Promise<CountedEmulators> {
    const database: TestDynamo = await startDynamo();
    const queues = buildApp({ logger: false });
    const address = await queues.listen({ host: '127.0.0.1', port: 0 });
    const dynamo = await CountingProxy.start(database.endpoint);
    const sqs = await CountingProxy.start(address);
    return new CountedEmulators(dynamo, sqs, async () => {
      await dynamo.stop();
      await sqs.stop();
      await queues.close();
      await database.stop();
    });
  }

  /** The options of a host that is to use these in place of its own. */
  get hostArgs(): readonly string[] {
    return ['--dynamodb-endpoint', this.dynamo.url, '--sqs-endpoint', this.sqs.url];
  }

  reset(): void {
    this.dynamo.reset();
    this.sqs.reset();
  }

  stop(): Promise<void> {
    return this.#close();
  }
}

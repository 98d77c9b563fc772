import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { freePort } from '../../local/children/free-port.ts';
import type { TableNames } from '../../shared/adapters/dynamodb/table-names.ts';
import { TABLES, type TableSchema } from '../../shared/contracts/table-schema.ts';

const BINARY = join(import.meta.dirname, '../../node_modules/@dynoxide/linux-x64/dynoxide');
/** Runs its arguments and kills them once stdin ends: dynoxide itself would outlive a killed test runner. */
const LEASHED = 'exec 3<&0; "$@" & child=$!; (read _ <&3; kill -9 $child) & wait $child';
const ATTEMPTS = 5;
const READY_TIMEOUT_MS = 10_000;
const TEST_CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

export interface TestDynamo {
  readonly endpoint: string;
  readonly tables: TableNames;
  /** A client of this server, configured as `documentClient()` configures its own. */
  readonly doc: DynamoDBDocumentClient;
  /** Every item of one table, to compare before and after. */
  scan(table: keyof TableNames): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

/** An empty dynoxide of its own with our three tables, under names no other call gets. */
export async function startDynamo(): Promise<TestDynamo> {
  const { endpoint, child } = await startServer();
  const client = new DynamoDBClient({ endpoint, region: 'eu-central-1', credentials: TEST_CREDENTIALS });
  const doc = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true, convertClassInstanceToMap: true } });
  const tables = await createTables(client);
  return {
    endpoint,
    tables,
    doc,
    scan: (table) => scanAll(doc, tables[table]),
    stop: async () => {
      client.destroy();
      await end(child);
    },
  };
}

/** What the SDK reads to find this server; for tests that load an entry, before they import it. */
export const awsEnvironment = (endpoint: string): Record<string, string> => ({
  AWS_ENDPOINT_URL_DYNAMODB: endpoint,
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: TEST_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: TEST_CREDENTIALS.secretAccessKey,
});

async function startServer(): Promise<{ endpoint: string; child: ChildProcess }> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = await freePort(); // dynoxide cannot tell which port it took for 0; a lost race means another try
    const child = spawn('sh', ['-c', LEASHED, 'sh', BINARY, '--port', String(port)], { stdio: ['pipe', 'ignore', 'pipe'] });
    if (await isListening(child)) return { endpoint: `http://127.0.0.1:${port}`, child };
    await end(child);
  }
  throw new Error(`dynoxide did not start in ${ATTEMPTS} attempts`);
}

const isListening = (child: ChildProcess): Promise<boolean> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), READY_TIMEOUT_MS);
    const settle = (isReady: boolean) => {
      clearTimeout(timer);
      resolve(isReady);
    };
    child.stderr?.on('data', (chunk: Buffer) => chunk.includes('listening') && settle(true));
    child.once('exit', () => settle(false));
    child.once('error', () => settle(false));
  });

async function end(child: ChildProcess): Promise<void> {
  const hasEnded = child.exitCode !== null || child.signalCode !== null;
  const ended = hasEnded ? Promise.resolve() : once(child, 'exit');
  child.stdin?.end();
  await ended;
  child.stderr?.destroy();
}

async function createTables(client: DynamoDBClient): Promise<TableNames> {
  const suffix = randomBytes(4).toString('hex');
  const tables = { core: `core-${suffix}`, messages: `messages-${suffix}`, registry: `registry-${suffix}` };
  for (const name of ['core', 'messages', 'registry'] as const) await createTable(client, tables[name], TABLES[name]);
  return tables;
}

async function createTable(client: DynamoDBClient, tableName: string, schema: TableSchema): Promise<void> {
  const indexKeys = schema.indexes.flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey]);
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', ...indexKeys].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
      KeySchema: keySchema(schema.partitionKey, schema.sortKey),
      ...(schema.indexes.length > 0 && { GlobalSecondaryIndexes: schema.indexes.map(indexOf) }),
    }),
  );
}

const keySchema = (partitionKey: string, sortKey: string) => [
  { AttributeName: partitionKey, KeyType: 'HASH' as const },
  { AttributeName: sortKey, KeyType: 'RANGE' as const },
];

const indexOf = ({ name, partitionKey, sortKey }: TableSchema['indexes'][number]) => ({
  IndexName: name,
  KeySchema: keySchema(partitionKey, sortKey),
  Projection: { ProjectionType: 'ALL' as const },
});

async function scanAll(doc: DynamoDBDocumentClient, tableName: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await doc.send(new ScanCommand({ TableName: tableName, ExclusiveStartKey: start }));
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start);
  return items;
}

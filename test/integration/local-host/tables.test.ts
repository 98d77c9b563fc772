import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, PutItemCommand, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startDynoxide, type Dynoxide } from '../../../local/dynamodb/dynoxide.ts';
import { createTables } from '../../../local/dynamodb/tables.ts';
import { LogFile } from '../../../local/log-file.ts';
import { readFixture } from './fixtures/deployed-fixture.ts';

describe('the tables of the local host', () => {
  let folder: string;
  let log: LogFile;
  let dynoxide: Dynoxide;
  let client: DynamoDBClient;
  const TableName = 'names-Items';

  async function open(): Promise<void> {
    dynoxide = await startDynoxide({ databasePath: join(folder, 'db.sqlite'), dataDir: folder, log });
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    client = new DynamoDBClient({ endpoint: dynoxide.endpoint, region: 'eu-west-1', credentials });
  }
  async function close(): Promise<void> {
    client.destroy();
    await dynoxide.stop();
  }
  const deploy = async (): Promise<void> => createTables(await readFixture('http://127.0.0.1:1'), client);
  const put = () => client.send(new PutItemCommand({ TableName, Item: { pk: { S: '1' }, owner: { S: 'ann' } } }));
  const ownedByAnn = async () =>
    (
      await client.send(
        new QueryCommand({
          TableName,
          IndexName: 'owners',
          KeyConditionExpression: '#owner = :owner',
          ExpressionAttributeNames: { '#owner': 'owner' },
          ExpressionAttributeValues: { ':owner': { S: 'ann' } },
        }),
      )
    ).Items;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'blazz-tables-'));
    log = new LogFile(join(folder, 'dynamodb.log'));
    await open();
  });
  afterEach(async () => {
    await close();
    await log.close();
    await rm(folder, { recursive: true });
  });

  it('are made as the template has them, and stay over a restart', async () => {
    await deploy();
    await put();
    await close();
    await open();
    await deploy();
    expect(await ownedByAnn()).toHaveLength(1);
    expect((await client.send(new ScanCommand({ TableName }))).Count).toBe(1);
  });

  it('get the indexes a newer template brings', async () => {
    const AttributeDefinitions = [{ AttributeName: 'pk', AttributeType: 'S' as const }];
    const KeySchema = [{ AttributeName: 'pk', KeyType: 'HASH' as const }];
    await client.send(new CreateTableCommand({ TableName, AttributeDefinitions, KeySchema, BillingMode: 'PAY_PER_REQUEST' }));
    await put();
    await deploy();
    expect(await ownedByAnn()).toHaveLength(1);
  });
});

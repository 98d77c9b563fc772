import {
  CreateTableCommand,
  DescribeTableCommand,
  ListTablesCommand,
  UpdateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { Deployment, Resource } from '../template/deployment.ts';

const KeySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));

/** What `AWS::DynamoDB::Table` and `GlobalTable` have in common with CreateTable. */
const TableProperties = z.object({
  KeySchema,
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
  GlobalSecondaryIndexes: z
    .array(
      z.object({
        IndexName: z.string(),
        KeySchema,
        Projection: z.object({
          ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
          NonKeyAttributes: z.array(z.string()).optional(),
        }),
      }),
    )
    .optional(),
  StreamSpecification: z
    .object({ StreamViewType: z.enum(['NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES', 'KEYS_ONLY']) })
    .optional(),
});

const inputOf = ({ name, properties }: Resource): CreateTableCommandInput => {
  const { StreamSpecification, ...table } = TableProperties.parse(properties);
  return {
    ...table,
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    ...(StreamSpecification && { StreamSpecification: { ...StreamSpecification, StreamEnabled: true } }),
  };
};

/** An index a later version of the template has brought; DynamoDB fills it from the items that are there. */
async function addMissingIndexes(table: Resource, client: DynamoDBClient): Promise<void> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table.name }));
  const known = Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName) ?? [];
  const { GlobalSecondaryIndexes = [], AttributeDefinitions } = inputOf(table);
  for (const index of GlobalSecondaryIndexes) {
    if (known.includes(index.IndexName)) continue;
    const GlobalSecondaryIndexUpdates = [{ Create: index }]; // one a call is what DynamoDB takes
    await client.send(new UpdateTableCommand({ TableName: table.name, AttributeDefinitions, GlobalSecondaryIndexUpdates }));
  }
}

/** Makes the tables of the template, and the indexes, that are not there yet. What is there stays. */
export async function createTables(deployment: Deployment, client: DynamoDBClient): Promise<void> {
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  for (const table of deployment.list('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable')) {
    if (TableNames.includes(table.name)) await addMissingIndexes(table, client);
    else await client.send(new CreateTableCommand(inputOf(table)));
  }
}

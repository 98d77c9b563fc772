import { GetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

const TIMEOUT_MS = 2_000;

/** Reads a key that is not there. Rejects if the table cannot be read in two seconds. */
export const tableProbe = (doc: DynamoDBDocumentClient, tableName: string) => async (): Promise<void> => {
  const read = new GetCommand({ TableName: tableName, Key: { pk: 'PROBE', sk: 'PROBE' } });
  await doc.send(read, { abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
};

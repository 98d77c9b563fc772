import { GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { sequenceOf, type Arrivals } from '../../domain/session-events/arrivals.ts';
import { isConditionFailure } from './conditions.ts';
import { arrivalsKey } from './keys.ts';

/** Of the last batches: more than a consumer takes at once, so that all of them may come again. One write unit. */
const REMEMBERED = 20;
const ATTEMPTS = 5;

interface ArrivalsItem {
  readonly counter: number;
  /** The keys of the last batches, newest last; the newest has the counter as its number. */
  readonly recent: readonly string[];
}

const NONE: ArrivalsItem = { counter: 0, recent: [] };

export const dynamoArrivals = (doc: DynamoDBDocumentClient, tableName: string): Arrivals => ({
  async number(sessionId, fencingToken, key) {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const seen = await read(doc, tableName, sessionId);
      const place = seen.recent.lastIndexOf(key);
      if (place >= 0) return sequenceOf(fencingToken, seen.counter - (seen.recent.length - 1 - place));
      const next = { counter: seen.counter + 1, recent: [...seen.recent, key].slice(-REMEMBERED) };
      if (await write(doc, tableName, sessionId, seen, next)) return sequenceOf(fencingToken, next.counter);
    }
    throw new Error(`Batches of ${sessionId} kept arriving side by side over ${ATTEMPTS} attempts`);
  },
});

async function read(doc: DynamoDBDocumentClient, tableName: string, sessionId: string): Promise<ArrivalsItem> {
  const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: arrivalsKey(sessionId), ConsistentRead: true }));
  return (Item as ArrivalsItem | undefined) ?? NONE;
}

/** `false`: another batch was numbered meanwhile, by a consumer whose time was up. */
async function write(doc: DynamoDBDocumentClient, tableName: string, sessionId: string, seen: ArrivalsItem, next: ArrivalsItem): Promise<boolean> {
  const put = new PutCommand({
    TableName: tableName,
    Item: { ...arrivalsKey(sessionId), ...next },
    ConditionExpression: seen === NONE ? 'attribute_not_exists(pk)' : '#counter = :seen',
    ...(seen !== NONE && { ExpressionAttributeNames: { '#counter': 'counter' }, ExpressionAttributeValues: { ':seen': seen.counter } }),
  });
  return doc.send(put).then(
    () => true,
    (error: unknown) => {
      if (isConditionFailure(error)) return false;
      throw error;
    },
  );
}

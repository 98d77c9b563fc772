import { UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../../domain/clock.ts';
import { FRESH_SENDER, type SenderLease, type SenderLeases, type SenderState } from '../../domain/meta/sender-leases.ts';
import { isConditionFailure, oldItem, type Item } from './conditions.ts';
import { senderKey } from './keys.ts';

const ROUNDS = 5;

/** One item a number: who sends, until when, and what the next one has to know. */
export const dynamoSenderLeases = (doc: DynamoDBDocumentClient, tableName: string, clock: Clock): SenderLeases => ({
  async acquire(sessionId, ttlMs) {
    for (let round = 0; round < ROUNDS; round++) {
      const lease = await take(doc, tableName, sessionId, clock.now(), ttlMs);
      if (lease) return lease;
      if (await askForALook(doc, tableName, sessionId, clock.now())) return undefined;
    }
    throw new Error('A sender lease kept changing hands');
  },
  async release(lease) {
    const refused = await letGo(doc, tableName, lease, ' AND wakes = :wakes');
    if (!refused) return { outcome: 'released' };
    if (refused['token'] !== lease.token) return { outcome: 'lost' };
    return { outcome: 'look-again', lease: { ...lease, wakes: Number(refused['wakes']) } };
  },
  async handBack(lease) {
    await letGo(doc, tableName, lease, '');
  },
});

async function take(doc: DynamoDBDocumentClient, tableName: string, sessionId: string, now: number, ttlMs: number): Promise<SenderLease | undefined> {
  try {
    const { Attributes = {} } = await doc.send(
      new UpdateCommand({
        TableName: tableName,
        Key: senderKey(sessionId),
        UpdateExpression: 'SET leasedUntil = :until ADD #token :one, wakes :none',
        ConditionExpression: 'attribute_not_exists(leasedUntil) OR leasedUntil <= :now',
        ExpressionAttributeNames: { '#token': 'token' },
        ExpressionAttributeValues: { ':until': now + ttlMs, ':now': now, ':one': 1, ':none': 0 },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return leaseOf(sessionId, Attributes);
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return undefined;
  }
}

const leaseOf = (sessionId: string, { token, wakes, state }: Item): SenderLease => ({
  sessionId,
  token: Number(token),
  wakes: Number(wakes),
  state: { ...FRESH_SENDER, ...(state as Partial<SenderState> | undefined) },
});

/** `false`: its holder has let go meanwhile. */
async function askForALook(doc: DynamoDBDocumentClient, tableName: string, sessionId: string, now: number): Promise<boolean> {
  try {
    await doc.send(
      new UpdateCommand({
        TableName: tableName,
        Key: senderKey(sessionId),
        UpdateExpression: 'ADD wakes :one',
        ConditionExpression: 'leasedUntil > :now',
        ExpressionAttributeValues: { ':one': 1, ':now': now },
      }),
    );
    return true;
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return false;
  }
}

/** The item as it stands, if it was refused. */
async function letGo(doc: DynamoDBDocumentClient, tableName: string, lease: SenderLease, alsoIf: string): Promise<Item | undefined> {
  try {
    await doc.send(
      new UpdateCommand({
        TableName: tableName,
        Key: senderKey(lease.sessionId),
        UpdateExpression: 'SET #state = :state REMOVE leasedUntil',
        ConditionExpression: `#token = :token${alsoIf}`,
        ExpressionAttributeNames: { '#state': 'state', '#token': 'token' },
        ExpressionAttributeValues: { ':state': lease.state, ':token': lease.token, ...(alsoIf !== '' && { ':wakes': lease.wakes }) },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return undefined;
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return oldItem(error) ?? {};
  }
}

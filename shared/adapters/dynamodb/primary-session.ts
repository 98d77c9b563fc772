import { DeleteCommand, GetCommand, PutCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Session } from '../../domain/sessions/session.ts';
import { isConditionFailure } from './conditions.ts';
import { primarySessionKey, sessionKey, sessionsOfWorkspace } from './keys.ts';
import { queryAll } from './query-page.ts';
import { toSession } from './session-item.ts';
import { readSession } from './session-update.ts';
import { INDEX } from './table-names.ts';

/*
 * Each workspace has a pointer to its primary session; `isPrimary` on the session follows it. Whoever asks repairs what
 * a crash left half-done: a pointer to a session that is gone moves on to the oldest live one.
 */
const ATTEMPTS = 5;

const isLive = (session: Session | undefined): session is Session =>
  session !== undefined && session.status !== 'deleted' && session.desired !== 'deleted';

/** `newcomer` is a session so new that the index may not show it yet. */
export async function ensurePrimary(
  doc: DynamoDBDocumentClient,
  tableName: string,
  workspaceId: string,
  newcomer?: Session,
): Promise<Session | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const pointsTo = await readPointer(doc, tableName, workspaceId);
    const primary = pointsTo === undefined ? undefined : await readSession(doc, tableName, pointsTo);
    if (isLive(primary)) return markPrimary(doc, tableName, primary);
    const successor = (await oldestLive(doc, tableName, workspaceId)) ?? newcomer;
    if (await movePointer(doc, tableName, workspaceId, pointsTo, successor?.id)) {
      return successor && markPrimary(doc, tableName, successor);
    }
  }
  throw new Error(`The primary session of ${workspaceId} kept changing over ${ATTEMPTS} attempts`);
}

async function readPointer(doc: DynamoDBDocumentClient, tableName: string, workspaceId: string): Promise<string | undefined> {
  const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: primarySessionKey(workspaceId), ConsistentRead: true }));
  return Item?.['sessionId'] as string | undefined;
}

/** From the index, then confirmed: it may lag behind a deletion. */
async function oldestLive(doc: DynamoDBDocumentClient, tableName: string, workspaceId: string): Promise<Session | undefined> {
  const items = await queryAll(doc, {
    TableName: tableName,
    IndexName: INDEX.gsi1,
    KeyConditionExpression: 'gsi1pk = :workspace',
    ExpressionAttributeValues: { ':workspace': sessionsOfWorkspace(workspaceId) },
  });
  for (const listed of items.map(toSession).filter(isLive)) {
    const session = await readSession(doc, tableName, listed.id);
    if (isLive(session)) return session;
  }
  return undefined;
}

/** `false`: someone else moved it meanwhile. */
async function movePointer(
  doc: DynamoDBDocumentClient,
  tableName: string,
  workspaceId: string,
  from: string | undefined,
  to: string | undefined,
): Promise<boolean> {
  if (from === to) return true;
  const key = primarySessionKey(workspaceId);
  const seen = from === undefined
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : { ConditionExpression: 'sessionId = :from', ExpressionAttributeValues: { ':from': from } };
  const write = to === undefined
    ? doc.send(new DeleteCommand({ TableName: tableName, Key: key, ...seen }))
    : doc.send(new PutCommand({ TableName: tableName, Item: { ...key, sessionId: to }, ...seen }));
  return write.then(() => true, ifConditionFailed);
}

async function markPrimary(doc: DynamoDBDocumentClient, tableName: string, session: Session): Promise<Session> {
  if (session.isPrimary) return session;
  await doc.send(new UpdateCommand({
    TableName: tableName,
    Key: sessionKey(session.id),
    UpdateExpression: 'SET isPrimary = :yes',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':yes': true },
  })).catch(ifConditionFailed); // gone meanwhile: the next look repairs it
  return { ...session, isPrimary: true };
}

function ifConditionFailed(error: unknown): false {
  if (isConditionFailure(error)) return false;
  throw error;
}

import { GetCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Session } from '../../domain/sessions/session.ts';
import { isConditionFailure } from './conditions.ts';
import { sessionKey } from './keys.ts';
import { toSession, toSessionItem } from './session-item.ts';

/** A write counts only if none of these moved since we read the session: together they decide every rule about it. */
const GUARDS = ['status', 'desired', 'instanceId', 'fencingToken', 'restarts', 'relinks', 'pairings', 'reportedBy'] as const;
/** Items written before it was known do not have it. */
const ADDED_GUARD = 'reportedBy';
const ATTEMPTS = 8;

/** Strongly consistent. `undefined` for a deleted session too. */
export async function readSession(doc: DynamoDBDocumentClient, tableName: string, sessionId: string): Promise<Session | undefined> {
  const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: sessionKey(sessionId), ConsistentRead: true }));
  const session = Item && toSession(Item);
  return session?.status === 'deleted' ? undefined : session;
}

/**
 * Reads a session, lets `change` decide and writes what it changed, again if someone else wrote in between.
 * `change` answers `undefined` to leave it alone; then, and for an unknown session, so does this.
 */
export async function changeSession(
  doc: DynamoDBDocumentClient,
  tableName: string,
  sessionId: string,
  change: (session: Session) => Session | undefined | Promise<Session | undefined>,
): Promise<{ readonly before: Session; readonly after: Session } | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = await readSession(doc, tableName, sessionId);
    const after = before && (await change(before));
    if (!before || !after) return undefined;
    if (await writeChange(doc, tableName, before, after)) return { before, after };
  }
  throw new Error(`Session ${sessionId} kept changing over ${ATTEMPTS} attempts`);
}

const conditionOf = (name: (typeof GUARDS)[number], seen: unknown): string => {
  const isUnmoved = `#${name} = :seen_${name}`;
  return name === ADDED_GUARD && seen === null ? `(attribute_not_exists(#${name}) OR ${isUnmoved})` : isUnmoved;
};

async function writeChange(doc: DynamoDBDocumentClient, tableName: string, before: Session, after: Session): Promise<boolean> {
  const [seen, next] = [toSessionItem(before), toSessionItem(after)];
  const changed = Object.keys(next).filter((name) => JSON.stringify(next[name]) !== JSON.stringify(seen[name]));
  const removed = Object.keys(seen).filter((name) => !(name in next));
  if (changed.length + removed.length === 0) return true;
  const set = changed.map((name) => `#${name} = :${name}`).join(', ');
  const remove = removed.map((name) => `#${name}`).join(', ');
  try {
    await doc.send(new UpdateCommand({
      TableName: tableName,
      Key: sessionKey(before.id),
      UpdateExpression: [set && `SET ${set}`, remove && `REMOVE ${remove}`].filter(Boolean).join(' '),
      ConditionExpression: GUARDS.map((name) => conditionOf(name, seen[name])).join(' AND '),
      ExpressionAttributeNames: Object.fromEntries([...changed, ...removed, ...GUARDS].map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: Object.fromEntries([
        ...changed.map((name) => [`:${name}`, next[name]]),
        ...GUARDS.map((name) => [`:seen_${name}`, seen[name]]),
      ]),
    }));
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}

import { DeleteCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Session } from '../../domain/sessions/session.ts';
import { isConditionFailure, oldItem, type Item } from './conditions.ts';
import { phoneNumberKey, sessionsOfWorkspace } from './keys.ts';
import { queryAll } from './query-page.ts';
import { toSession } from './session-item.ts';
import { INDEX } from './table-names.ts';

/*
 * Which session has a phone number: a pointer a number, moved by one conditional write, so that of two sessions linked
 * at the same moment, on two instances, each learns of the other or is learnt of. It remembers the one before until the
 * next move: whoever died between moving it and retiring that one finds it again. It only moves to later links (by id
 * within a millisecond), so two can never take it from each other in turn.
 */

/** `lost`: this session was linked longer ago than the one that has the number. `won`: these had it before. */
export type NumberClaim =
  | { readonly outcome: 'won'; readonly before: readonly string[] }
  | { readonly outcome: 'lost'; readonly to: string };

interface NumberPointer {
  readonly sessionId: string;
  readonly linkedAt: string;
  readonly previousSessionId?: string;
}

/** Takes a number for a session that was linked at `linkedAt`. Repeating it gives the same outcome. */
export async function claimNumber(
  doc: DynamoDBDocumentClient,
  tableName: string,
  session: Pick<Session, 'id' | 'workspaceId'>,
  phoneNumber: string,
  linkedAt: string,
): Promise<NumberClaim> {
  const holder = await movePointer(doc, tableName, session, phoneNumber, linkedAt);
  if (holder && holder.sessionId !== session.id) return { outcome: 'lost', to: holder.sessionId };
  const others = await sessionsWith(doc, tableName, session.workspaceId, phoneNumber);
  const before = [...(holder?.previousSessionId ? [holder.previousSessionId] : []), ...others];
  return { outcome: 'won', before: [...new Set(before)].filter((id) => id !== session.id) };
}

/** The pointer as it is afterwards. */
async function movePointer(
  doc: DynamoDBDocumentClient,
  tableName: string,
  { id, workspaceId }: Pick<Session, 'id' | 'workspaceId'>,
  phoneNumber: string,
  linkedAt: string,
): Promise<NumberPointer | undefined> {
  try {
    const { Attributes } = await doc.send(new UpdateCommand({
      TableName: tableName,
      Key: phoneNumberKey(workspaceId, phoneNumber),
      UpdateExpression: 'SET previousSessionId = if_not_exists(sessionId, :none), sessionId = :id, linkedAt = :at',
      ConditionExpression: 'attribute_not_exists(pk) OR linkedAt < :at OR (linkedAt = :at AND sessionId < :id)',
      ExpressionAttributeValues: { ':id': id, ':at': linkedAt, ':none': '' },
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }));
    return asPointer(Attributes);
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return asPointer(oldItem(error));
  }
}

/** By the index, which may lag: what it misses moved the pointer, so the pointer tells. */
async function sessionsWith(doc: DynamoDBDocumentClient, tableName: string, workspaceId: string, phoneNumber: string): Promise<readonly string[]> {
  const items = await queryAll(doc, {
    TableName: tableName,
    IndexName: INDEX.gsi1,
    KeyConditionExpression: 'gsi1pk = :workspace',
    FilterExpression: 'phoneNumber = :phoneNumber',
    ExpressionAttributeValues: { ':workspace': sessionsOfWorkspace(workspaceId), ':phoneNumber': phoneNumber },
  });
  return items.map(toSession).filter(({ desired }) => desired !== 'deleted').map(({ id }) => id);
}

/** Nobody has it any more, unless somebody took it meanwhile. */
export async function forgetNumber(doc: DynamoDBDocumentClient, tableName: string, { id, workspaceId, phoneNumber }: Session): Promise<void> {
  if (phoneNumber === null) return;
  const request = new DeleteCommand({
    TableName: tableName,
    Key: phoneNumberKey(workspaceId, phoneNumber),
    ConditionExpression: 'sessionId = :id',
    ExpressionAttributeValues: { ':id': id },
  });
  await doc.send(request).catch((error: unknown) => {
    if (!isConditionFailure(error)) throw error;
  });
}

/** Only this file writes them, so the shape is taken on trust. */
const asPointer = (item: Item | undefined): NumberPointer | undefined => item as unknown as NumberPointer | undefined;

import { QueryCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { WireReference } from '../../domain/outbox/messages.ts';
import { messageIdOf, messageIdOfWireId } from '../../identity/message-identity.ts';
import { batchGet } from './batch.ts';
import type { Item } from './conditions.ts';
import { messageKey, peerPartition } from './keys.ts';
import { isMessage } from './message-annotations.ts';

const SEARCHED = 400;

/**
 * Ids mostly follow from what WhatsApp calls a message: ours from the wire id alone, an incoming one's with its time.
 * Only one whose time is unknown, and whose wire id somebody else made, is searched for.
 */
export async function findMessageIds(
  doc: DynamoDBDocumentClient,
  tableName: string,
  workspaceId: string,
  references: readonly WireReference[],
): Promise<readonly (string | undefined)[]> {
  const candidates = references.map((reference) => candidatesFor(workspaceId, reference));
  const items = await batchGet(doc, tableName, candidates.flat().map((id) => messageKey(workspaceId, id)), { consistent: true });
  const found = new Map(items.filter(isMessage).map((item) => [item['sk'] as string, item]));
  return Promise.all(
    references.map(async (reference, i) => {
      const id = candidates[i]?.find((candidate) => found.get(candidate)?.['sessionId'] === reference.sessionId);
      return id ?? (reference.at === null ? search(doc, tableName, workspaceId, reference) : undefined);
    }),
  );
}

function candidatesFor(workspaceId: string, { sessionId, peer, wireId, at }: WireReference): readonly string[] {
  const ours = messageIdOfWireId(wireId, sessionId, workspaceId, peer);
  return [...(ours === undefined ? [] : [ours]), ...(at === null ? [] : [messageIdOf(workspaceId, peer, at, wireId)])];
}

async function search(doc: DynamoDBDocumentClient, tableName: string, workspaceId: string, { sessionId, peer, wireId }: WireReference): Promise<string | undefined> {
  const query = new QueryCommand({
    TableName: tableName,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :messages)',
    FilterExpression: 'wireId = :wireId AND sessionId = :sessionId',
    ExpressionAttributeValues: { ':pk': peerPartition(workspaceId, peer), ':messages': 'msg_', ':wireId': wireId, ':sessionId': sessionId },
    ScanIndexForward: false,
    Limit: SEARCHED,
  });
  const { Items = [] } = await doc.send(query);
  return (Items as Item[]).find(isMessage)?.['sk'] as string | undefined;
}

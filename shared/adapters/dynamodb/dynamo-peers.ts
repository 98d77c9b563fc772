import { BatchWriteCommand, GetCommand, type BatchWriteCommandInput, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Peers } from '../../domain/chats/chats.ts';
import { DomainError } from '../../domain/errors.ts';
import { batchGet } from './batch.ts';
import { peerKey } from './keys.ts';

type WriteRequests = NonNullable<BatchWriteCommandInput['RequestItems']>[string];

const WRITES_PER_CALL = 25;
const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 20;

export const dynamoPeers = (doc: DynamoDBDocumentClient, tableName: string): Peers => ({
  async lastSessionOf(workspaceId, peer) {
    const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: peerKey(workspaceId, peer) }));
    return Item?.['sessionId'] as string | undefined;
  },
  async lastSessionsOf(workspaceId, peers) {
    const items = await batchGet(doc, tableName, peers.map((peer) => peerKey(workspaceId, peer)));
    return new Map(peers.flatMap((peer, i) => (items[i] ? [[peer, items[i]['sessionId'] as string] as const] : [])));
  },
  async remember(workspaceId, sessionOf, known = new Map()) {
    const puts = [...sessionOf]
      .filter(([peer, sessionId]) => known.get(peer) !== sessionId)
      .map(([peer, sessionId]) => ({ PutRequest: { Item: { ...peerKey(workspaceId, peer), sessionId } } }));
    for (let from = 0; from < puts.length; from += WRITES_PER_CALL) {
      await writeAll(doc, tableName, puts.slice(from, from + WRITES_PER_CALL));
    }
  },
});

/** What DynamoDB left unprocessed is sent again after a pause that grows. */
async function writeAll(doc: DynamoDBDocumentClient, tableName: string, requests: WriteRequests): Promise<void> {
  let open: WriteRequests = requests;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { UnprocessedItems } = await doc.send(new BatchWriteCommand({ RequestItems: { [tableName]: open } }));
    open = UnprocessedItems?.[tableName] ?? [];
    if (open.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * FIRST_PAUSE_MS * 2 ** attempt));
  }
  throw new DomainError('unavailable', 'database_busy', 'The database is busy. Try again shortly.', { retryAfterSeconds: 2 });
}

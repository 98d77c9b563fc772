import { GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { TakenNote, TakenNotes } from '../../domain/queues/taken-notes.ts';
import { takenNoteKey } from './keys.ts';

/** One item a queue. Whoever writes last is right enough. */
export const dynamoTakenNotes = (doc: DynamoDBDocumentClient, tableName: string): TakenNotes => ({
  async note(queue, { at, waitedMs }) {
    await doc.send(new PutCommand({ TableName: tableName, Item: { ...takenNoteKey(queue), at, waitedMs } }));
  },

  async find(queues) {
    const found = await Promise.all(queues.map((queue) => doc.send(new GetCommand({ TableName: tableName, Key: takenNoteKey(queue) }))));
    return new Map(found.flatMap(({ Item }, i): [string, TakenNote][] => (Item ? [[queues[i] ?? '', { at: Number(Item['at']), waitedMs: Number(Item['waitedMs']) }]] : [])));
  },
});

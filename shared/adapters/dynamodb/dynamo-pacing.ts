import { GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { ContactSends } from '../../domain/pacing/contact-limit.ts';
import { FRESH_PACING, type PacingState } from '../../domain/pacing/pacing.ts';
import type { PacingStore } from '../../domain/pacing/pacing-store.ts';
import { pacedContactKey, pacingKey, type Key } from './keys.ts';

const KEPT_SECONDS = 3_600;

/** One small item a session and one a person written to. Only the session's owner writes them, so no condition is needed. */
export const dynamoPacing = (doc: DynamoDBDocumentClient, tableName: string): PacingStore => {
  const get = async (key: Key) => (await doc.send(new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true }))).Item;
  const put = (item: Key & Record<string, unknown>) => doc.send(new PutCommand({ TableName: tableName, Item: item }));

  return {
    async load(sessionId) {
      const state = (await get(pacingKey(sessionId)))?.['state'] as Partial<PacingState> | undefined;
      return state && { ...FRESH_PACING, ...state };
    },

    async save(sessionId, state) {
      await put({ ...pacingKey(sessionId), state });
    },

    async loadContact(sessionId, peer) {
      return ((await get(pacedContactKey(sessionId, peer)))?.['sends'] as ContactSends | undefined) ?? [];
    },

    async saveContact(sessionId, peer, sends) {
      const expiresAtSeconds = Math.ceil((sends.at(-1) ?? 0) / 1_000) + KEPT_SECONDS;
      await put({ ...pacedContactKey(sessionId, peer), sends, expiresAtSeconds });
    },
  };
};

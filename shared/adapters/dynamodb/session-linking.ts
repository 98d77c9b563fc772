import { DeleteCommand, GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../../domain/clock.ts';
import type { SessionPairingCode, SessionQr, Sessions } from '../../domain/sessions/sessions.ts';
import type { Item } from './conditions.ts';
import { pairingCodeKey, qrKey, type Key } from './keys.ts';

type Linking = Pick<Sessions, 'saveQr' | 'findQr' | 'savePairingCode' | 'findPairingCode' | 'clearLinking'>;

/** The QR and the pairing code of a session: one item each, which the next one replaces. */
export function sessionLinking(doc: DynamoDBDocumentClient, tableName: string, clock: Clock): Linking {
  const put = async (key: Key, value: { readonly expiresAt: string }): Promise<void> => {
    const expiresAtSeconds = Math.ceil(Date.parse(value.expiresAt) / 1000);
    await doc.send(new PutCommand({ TableName: tableName, Item: { ...key, ...value, expiresAtSeconds } }));
  };
  const read = async (key: Key): Promise<Item | undefined> => {
    const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true }));
    return Item && Date.parse(Item['expiresAt'] as string) > clock.now() ? Item : undefined;
  };
  const remove = (key: Key) => doc.send(new DeleteCommand({ TableName: tableName, Key: key }));

  return {
    saveQr: (sessionId, qr) => put(qrKey(sessionId), qr),
    async findQr(sessionId) {
      const item = (await read(qrKey(sessionId))) as unknown as SessionQr | undefined;
      return item && { qr: item.qr, expiresAt: item.expiresAt, attempt: item.attempt };
    },
    savePairingCode: (sessionId, code) => put(pairingCodeKey(sessionId), code),
    async findPairingCode(sessionId) {
      const item = (await read(pairingCodeKey(sessionId))) as unknown as SessionPairingCode | undefined;
      return item && { code: item.code, phoneNumber: item.phoneNumber, expiresAt: item.expiresAt };
    },
    async clearLinking(sessionId) {
      await Promise.all([remove(qrKey(sessionId)), remove(pairingCodeKey(sessionId))]);
    },
  };
}

import { DeleteCommand, GetCommand, TransactWriteCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { DataKeys } from '../../domain/encryption/data-keys.ts';
import { DomainError } from '../../domain/errors.ts';
import type { MetaAccounts, MetaCredentials, MetaNumberOwner } from '../../domain/meta/credentials.ts';
import { openText, sealText, type SealedText } from '../encryption/sealed-text.ts';
import { isConditionFailure, isTransactionCancelled, type Item } from './conditions.ts';
import { dynamoMetaNumbers } from './dynamo-meta-numbers.ts';
import { businessAccountKey, metaAccountKey, metaNumberKey } from './keys.ts';
import { readSession } from './session-update.ts';

/*
 * Three items a session: its credentials, under its own partition so that they go when the session is purged; the
 * pointer from Meta's number, which decides whose the number is; and a line in the list of its business account.
 */
interface Account extends Omit<MetaCredentials, 'accessToken'> {
  readonly token: SealedText;
}

const MOST_REMEMBERED = 1_000;

export function dynamoMetaAccounts(doc: DynamoDBDocumentClient, tableName: string, keys: DataKeys): MetaAccounts {
  const opened = new Map<string, string>(); // by ciphertext: a token that was replaced is never found again

  const accountOf = async (sessionId: string): Promise<Account | undefined> => {
    const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: metaAccountKey(sessionId), ConsistentRead: true }));
    return Item as Account | undefined;
  };

  const requireAccount = async (sessionId: string): Promise<Account> => {
    const account = await accountOf(sessionId);
    if (!account) throw missing(sessionId);
    return account;
  };

  const tokenOf = async (sessionId: string, { token }: Account): Promise<string> => {
    const known = opened.get(token.sealed);
    if (known !== undefined) return known;
    const accessToken = await openText(keys, token, contextOf(sessionId));
    if (opened.size >= MOST_REMEMBERED) opened.clear();
    opened.set(token.sealed, accessToken);
    return accessToken;
  };

  const numbers = dynamoMetaNumbers(doc, tableName);

  /** Who may be put aside: a session of the same workspace, or one that is gone. */
  const replaceable = async (owner: MetaNumberOwner, phoneNumberId: string): Promise<MetaNumberOwner | undefined> => {
    const before = await numbers.ownerOf(phoneNumberId);
    if (!before || before.sessionId === owner.sessionId) return undefined;
    if (before.workspaceId === owner.workspaceId || !(await isLive(doc, tableName, before.sessionId))) return before;
    throw taken();
  };

  return {
    async get(sessionId) {
      const account = await requireAccount(sessionId);
      const { phoneNumberId, businessAccountId } = account;
      return { phoneNumberId, businessAccountId, accessToken: await tokenOf(sessionId, account) };
    },

    async find(sessionId) {
      const account = await accountOf(sessionId);
      return account && { phoneNumberId: account.phoneNumberId, businessAccountId: account.businessAccountId };
    },

    async save(owner, { accessToken, phoneNumberId, businessAccountId }) {
      const before = await replaceable(owner, phoneNumberId);
      const token = await sealText(keys, accessToken, contextOf(owner.sessionId));
      const put = (item: Item) => ({ Put: { TableName: tableName, Item: item } });
      const numberIsFree = ownedBy((before ?? owner).sessionId);
      const TransactItems = [
        { Put: { TableName: tableName, Item: { ...metaNumberKey(phoneNumberId), ...pointer(owner) }, ...numberIsFree } },
        put({ ...metaAccountKey(owner.sessionId), phoneNumberId, businessAccountId, token }),
        put({ ...businessAccountKey(businessAccountId, owner.sessionId), ...pointer(owner) }),
      ];
      await doc.send(new TransactWriteCommand({ TransactItems })).catch((error: unknown) => {
        throw isTransactionCancelled(error) ? taken({ cause: error }) : error;
      });
      return before;
    },

    async rotate(sessionId, accessToken) {
      const update = new UpdateCommand({
        TableName: tableName,
        Key: metaAccountKey(sessionId),
        UpdateExpression: 'SET #token = :token',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: { '#token': 'token' },
        ExpressionAttributeValues: { ':token': await sealText(keys, accessToken, contextOf(sessionId)) },
      });
      await doc.send(update).catch((error: unknown) => {
        throw isConditionFailure(error) ? missing(sessionId) : error;
      });
    },

    /** The credentials last: a crash before leaves what leads to the other two. */
    async remove(sessionId) {
      const account = await accountOf(sessionId);
      if (!account) return;
      const free = new DeleteCommand({ TableName: tableName, Key: metaNumberKey(account.phoneNumberId), ...ownedBy(sessionId) });
      await doc.send(free).catch((error: unknown) => {
        if (!isConditionFailure(error)) throw error; // somebody else's by now
      });
      for (const Key of [businessAccountKey(account.businessAccountId, sessionId), metaAccountKey(sessionId)]) {
        await doc.send(new DeleteCommand({ TableName: tableName, Key }));
      }
    },

    ...numbers,
  };
}

const contextOf = (sessionId: string) => ({ sessionId, purpose: 'meta-access-token' });
const pointer = ({ sessionId, workspaceId }: MetaNumberOwner): Item => ({ sessionId, workspaceId });

const ownedBy = (sessionId: string) => ({
  ConditionExpression: 'attribute_not_exists(pk) OR sessionId = :owner',
  ExpressionAttributeValues: { ':owner': sessionId },
});

async function isLive(doc: DynamoDBDocumentClient, tableName: string, sessionId: string): Promise<boolean> {
  const session = await readSession(doc, tableName, sessionId);
  return session !== undefined && session.desired !== 'deleted';
}

const missing = (sessionId: string): DomainError =>
  new DomainError('conflict', 'meta_account_missing', `Session ${sessionId} has no account at Meta. Create a session with provider meta.`);

const taken = (options: ErrorOptions = {}): DomainError =>
  new DomainError('conflict', 'meta_number_taken', 'Another session has this number at Meta. Delete that one first.', {
    ...options,
    fields: [{ path: 'meta.phoneNumberId', message: 'is the number of another session' }],
  });

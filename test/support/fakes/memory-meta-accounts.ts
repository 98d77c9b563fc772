import { DomainError } from '../../../shared/domain/errors.ts';
import type { MetaAccounts, MetaCredentials, MetaNumberOwner } from '../../../shared/domain/meta/credentials.ts';

/** Accounts in memory: keeps the same contract as the DynamoDB adapter. @param isLive whether a session is there and wanted */
export function memoryMetaAccounts(isLive: (sessionId: string) => Promise<boolean>): MetaAccounts {
  const accounts = new Map<string, { readonly owner: MetaNumberOwner; readonly credentials: MetaCredentials }>();
  const numbers = new Map<string, MetaNumberOwner>();
  const missing = (sessionId: string) => new DomainError('conflict', 'meta_account_missing', `Session ${sessionId} has no account at Meta.`);

  return {
    async get(sessionId) {
      const account = accounts.get(sessionId);
      if (!account) throw missing(sessionId);
      return account.credentials;
    },
    async find(sessionId) {
      const account = accounts.get(sessionId);
      return account && { phoneNumberId: account.credentials.phoneNumberId, businessAccountId: account.credentials.businessAccountId };
    },
    async save(owner, credentials) {
      const holder = numbers.get(credentials.phoneNumberId);
      const before = holder?.sessionId === owner.sessionId ? undefined : holder;
      if (before && before.workspaceId !== owner.workspaceId && (await isLive(before.sessionId))) throw new DomainError('conflict', 'meta_number_taken', 'Taken.');
      numbers.set(credentials.phoneNumberId, owner);
      accounts.set(owner.sessionId, { owner, credentials: { ...credentials } });
      return before;
    },
    async rotate(sessionId, accessToken) {
      const account = accounts.get(sessionId);
      if (!account) throw missing(sessionId);
      accounts.set(sessionId, { ...account, credentials: { ...account.credentials, accessToken } });
    },
    async remove(sessionId) {
      const account = accounts.get(sessionId);
      if (account && numbers.get(account.credentials.phoneNumberId)?.sessionId === sessionId) numbers.delete(account.credentials.phoneNumberId);
      accounts.delete(sessionId);
    },
    ownerOf: async (phoneNumberId) => numbers.get(phoneNumberId),
    ownersOf: async (account) => [...accounts.values()].filter(({ credentials }) => credentials.businessAccountId === account).map(({ owner }) => owner),
  };
}

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MetaAccounts, MetaCredentials, MetaNumberOwner } from '../../shared/domain/meta/credentials.ts';
import type { Sessions } from '../../shared/domain/sessions/sessions.ts';
import { aSession, anId } from '../support/builders/session.ts';

export interface MetaAccountsHarness {
  readonly accounts: MetaAccounts;
  readonly sessions: Pick<Sessions, 'insert' | 'intend'>;
  stop(): Promise<void>;
}

let drawn = 0;
const credentials = (change: Partial<MetaCredentials> = {}): MetaCredentials =>
  ({ phoneNumberId: String(1_000 + drawn++), businessAccountId: `9${drawn}`, accessToken: `EAA${drawn}`, ...change });

/** Run on the in-memory fake in unit tests and on DynamoDB in integration tests. */
export function describeMetaAccounts(name: string, start: () => Promise<MetaAccountsHarness>): void {
  describe(`${name} keeps the contract of MetaAccounts`, () => {
    let harness: MetaAccountsHarness;
    let accounts: MetaAccounts;
    beforeAll(async () => {
      harness = await start();
      accounts = harness.accounts;
    });
    afterAll(() => harness.stop());

    async function owner(workspaceId = anId('wsp')): Promise<MetaNumberOwner> {
      const { id: sessionId } = await harness.sessions.insert(aSession({ workspaceId, provider: 'meta', status: 'connected' }));
      return { sessionId, workspaceId };
    }

    it('gives back what was saved, and says whose number it is', async () => {
      const [mine, given] = [await owner(), credentials()];
      expect(await accounts.save(mine, given)).toBeUndefined();
      expect(await accounts.get(mine.sessionId)).toEqual(given);
      expect(await accounts.find(mine.sessionId)).toEqual({ phoneNumberId: given.phoneNumberId, businessAccountId: given.businessAccountId });
      expect(await accounts.ownerOf(given.phoneNumberId)).toEqual(mine);
      expect(await accounts.ownersOf(given.businessAccountId)).toEqual([mine]);
      expect(await accounts.save(mine, given)).toBeUndefined(); // a step that is repeated
    });

    it('knows nothing of others', async () => {
      await expect(accounts.get(anId('ses'))).rejects.toMatchObject({ code: 'meta_account_missing', kind: 'conflict' });
      await expect(accounts.rotate(anId('ses'), 'x')).rejects.toMatchObject({ code: 'meta_account_missing' });
      expect(await accounts.find(anId('ses'))).toBeUndefined();
      expect(await accounts.ownerOf('0')).toBeUndefined();
      expect(await accounts.ownersOf('0')).toEqual([]);
    });

    it('takes another token', async () => {
      const [mine, given] = [await owner(), credentials()];
      await accounts.save(mine, given);
      await accounts.get(mine.sessionId);
      await accounts.rotate(mine.sessionId, 'EAAnew');
      expect(await accounts.get(mine.sessionId)).toEqual({ ...given, accessToken: 'EAAnew' });
    });

    it('forgets all of it, and frees the number', async () => {
      const [mine, given] = [await owner(), credentials()];
      await accounts.save(mine, given);
      await accounts.remove(mine.sessionId);
      await accounts.remove(mine.sessionId);
      await expect(accounts.get(mine.sessionId)).rejects.toMatchObject({ code: 'meta_account_missing' });
      expect(await accounts.ownerOf(given.phoneNumberId)).toBeUndefined();
      expect(await accounts.ownersOf(given.businessAccountId)).toEqual([]);
    });

    it('leaves a number with a live session of another workspace (I6), and changes nothing', async () => {
      const [mine, stranger, given] = [await owner(), await owner(), credentials()];
      await accounts.save(mine, given);
      await expect(accounts.save(stranger, given)).rejects.toMatchObject({ code: 'meta_number_taken', kind: 'conflict' });
      expect(await accounts.find(stranger.sessionId)).toBeUndefined();
      expect(await accounts.ownerOf(given.phoneNumberId)).toEqual(mine);
    });

    it('passes a number on within a workspace, and from a session that is gone or never was', async () => {
      const [mine, given] = [await owner(), credentials()];
      await accounts.save(mine, given);
      const second = await owner(mine.workspaceId);
      expect(await accounts.save(second, given)).toEqual(mine);
      await accounts.remove(mine.sessionId); // must not take the number from its new owner
      expect(await accounts.ownerOf(given.phoneNumberId)).toEqual(second);
      await harness.sessions.intend(second.workspaceId, second.sessionId, { desired: 'deleted' });
      const stranger = await owner();
      expect(await accounts.save(stranger, given)).toEqual(second);
      const ghost = { sessionId: anId('ses'), workspaceId: anId('wsp') };
      const other = credentials();
      await accounts.save(ghost, other);
      expect(await accounts.save(stranger, { ...other })).toEqual(ghost);
    });
  });
}

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ContactImport, ContactImports, ImportedContact } from '../../shared/domain/contacts/contact-imports.ts';
import { anId } from '../support/builders/session.ts';

const NOW = Date.now();
const row = (i: number): ImportedContact => ({ phoneNumber: `+49151000000${i}0`, name: `N${i}`, attributes: { a: 'x' }, rows: 1 });
const COUNTS = { processed: 2, created: 1, updated: 1, duplicates: 0, failed: 0 };

/** Run on DynamoDB in integration tests. */
export function describeContactImports(name: string, start: () => Promise<{ readonly imports: ContactImports; stop(): Promise<void> }>): void {
  describe(`${name} keeps the contract of ContactImports`, () => {
    let imports: ContactImports;
    let stop: () => Promise<void>;
    beforeAll(async () => ({ imports, stop } = await start()));
    afterAll(() => stop());

    const anImport = (change: Partial<ContactImport> = {}): ContactImport => ({
      id: anId('imp'), workspaceId: anId('wsp'), status: 'running', total: 5, processed: 1, created: 0, updated: 0, duplicates: 0, failed: 1,
      slices: 2, slicesDone: 0, createdAt: NOW, completedAt: null, ...change,
    });
    const started = async (change?: Partial<ContactImport>) => {
      const one = anImport(change);
      await imports.insert(one, [[row(1), row(2)], [row(3), row(4)]], [{ row: 5, reason: 'bad' }]);
      return one;
    };

    it('keeps an import with its rows and errors, put there once', async () => {
      const one = await started();
      await imports.insert({ ...one, total: 9 }, [[row(9)]], []);
      expect(await imports.get(one.workspaceId, one.id)).toEqual(one);
      expect(await imports.openSlice(one.workspaceId, one.id, 0)).toEqual([row(1), row(2)]);
      expect(await imports.openSlice(one.workspaceId, one.id, 7)).toBeUndefined();
      expect((await imports.listErrors(one.workspaceId, one.id, { limit: 10 })).items).toEqual([{ row: 5, reason: 'bad' }]);
      expect(await imports.pendingSlices(one.workspaceId, one.id)).toEqual([0, 1]);
    });

    it("knows nothing of another workspace's (I6)", async () => {
      const one = await started();
      const other = anId('wsp');
      await expect(imports.get(other, one.id)).rejects.toMatchObject({ code: 'contact_import_not_found' });
      await expect(imports.listErrors(other, one.id, { limit: 1 })).rejects.toMatchObject({ code: 'contact_import_not_found' });
      expect(await imports.openSlice(other, one.id, 0)).toBeUndefined();
    });

    it('counts a slice once, however often and by however many it is finished', async () => {
      const { workspaceId, id } = await started();
      await Promise.all([0, 0, 1, 0].map((slice) => imports.finishSlice(workspaceId, id, slice, COUNTS)));
      expect(await imports.get(workspaceId, id)).toMatchObject({ processed: 5, created: 2, updated: 2, failed: 1, slicesDone: 2 });
      expect(await imports.openSlice(workspaceId, id, 0)).toBeUndefined();
      expect(await imports.pendingSlices(workspaceId, id)).toEqual([]);
    });

    it('is completed when its last slice is, and shown as that from then on', async () => {
      const { workspaceId, id } = await started();
      await imports.finishSlice(workspaceId, id, 0, COUNTS);
      expect(await imports.completeIfDone(workspaceId, id)).toBeUndefined();
      expect((await imports.listRunning(NOW + 1)).map((running) => running.id)).toContain(id);
      await imports.finishSlice(workspaceId, id, 1, COUNTS);
      const [first, again] = await Promise.all([imports.completeIfDone(workspaceId, id), imports.completeIfDone(workspaceId, id)]);
      expect(first).toMatchObject({ status: 'completed', completedAt: expect.any(Number) });
      expect(again).toEqual(first);
      expect((await imports.listRunning(NOW + 1)).map((running) => running.id)).not.toContain(id);
    });

    it('pages through its errors', async () => {
      const one = anImport();
      const errors = Array.from({ length: 250 }, (_, i) => ({ row: i + 1, reason: `r${i}` }));
      await imports.insert(one, [], errors);
      const first = await imports.listErrors(one.workspaceId, one.id, { limit: 150 });
      const second = await imports.listErrors(one.workspaceId, one.id, { limit: 150, cursor: first.cursor });
      expect([...first.items, ...second.items]).toEqual(errors);
      expect(second.cursor).toBeUndefined();
      expect((await imports.listRunning(NOW)).map(({ id }) => id)).not.toContain(one.id);
    });
  });
}

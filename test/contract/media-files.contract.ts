import { describe, expect, it } from '@jest/globals';
import type { Clock } from '../../shared/domain/clock.ts';
import type { MediaFiles, ReceivedRecord, UploadRecord } from '../../shared/domain/media/media-files.ts';
import { anId } from '../support/builders/session.ts';

const START = 1_800_000_000_000;
const anUpload = (change: Partial<UploadRecord> = {}): UploadRecord => ({
  kind: 'upload', id: anId('med'), workspaceId: anId('wsp'), mimetype: 'image/png', filename: 'a.png', bytes: 5, sha256: null,
  createdAt: START, keptAt: null, expiresAt: START + 1_000, ...change,
});

/** Run on the in-memory fake in unit tests and on DynamoDB in integration tests. */
export function describeMediaFiles(name: string, make: (clock: Clock) => MediaFiles): void {
  describe(`${name} keeps the contract of MediaFiles`, () => {
    it('keeps the first of an upload that is announced twice', async () => {
      const [files, upload] = [make({ now: () => START }), anUpload()];
      expect(await files.insertUpload(upload)).toEqual(upload);
      expect(await files.insertUpload({ ...upload, bytes: 6 })).toEqual(upload);
      expect(await files.find(upload.workspaceId, upload.id)).toEqual(upload);
    });

    it("does not know another workspace's file (I6)", async () => {
      const [files, upload] = [make({ now: () => START }), anUpload()];
      await files.insertUpload(upload);
      expect(await files.find(anId('wsp'), upload.id)).toBeUndefined();
    });

    it('forgets what has expired, later if it was kept', async () => {
      let now = START;
      const [files, kept, unused] = [make({ now: () => now }), anUpload(), anUpload()];
      for (const upload of [kept, unused]) await files.insertUpload(upload);
      await files.markKept(kept, START + 10, START + 5_000);
      now = START + 1_000;
      expect(await files.find(unused.workspaceId, unused.id)).toBeUndefined();
      expect(await files.find(kept.workspaceId, kept.id)).toEqual({ ...kept, keptAt: START + 10, expiresAt: START + 5_000 });
      now = START + 5_000;
      expect(await files.find(kept.workspaceId, kept.id)).toBeUndefined();
    });

    it('notes once which message a file came with', async () => {
      const files = make({ now: () => START });
      const record: ReceivedRecord = { kind: 'received', id: anId('med'), workspaceId: anId('wsp'), messageId: anId('msg'), expiresAt: START + 1_000 };
      await files.noteReceived([record]);
      await files.noteReceived([{ ...record, messageId: anId('msg') }]);
      expect(await files.find(record.workspaceId, record.id)).toEqual(record);
    });
  });
}

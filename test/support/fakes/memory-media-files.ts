import { systemClock, type Clock } from '../../../shared/domain/clock.ts';
import type { MediaFiles, MediaRecord, UploadRecord } from '../../../shared/domain/media/media-files.ts';

export function memoryMediaFiles(clock: Clock = systemClock): MediaFiles {
  const records = new Map<string, MediaRecord>();
  const place = (workspaceId: string, id: string) => `${workspaceId}|${id}`;
  const insert = (record: MediaRecord): MediaRecord => {
    const key = place(record.workspaceId, record.id);
    const present = records.get(key) ?? record;
    records.set(key, present);
    return present;
  };
  return {
    insertUpload: async (upload) => insert(upload) as UploadRecord,
    async find(workspaceId, id) {
      const record = records.get(place(workspaceId, id));
      return record && record.expiresAt > clock.now() ? record : undefined;
    },
    async markKept(upload, keptAt, expiresAt) {
      records.set(place(upload.workspaceId, upload.id), { ...upload, keptAt, expiresAt });
    },
    async noteReceived(received) {
      for (const record of received) insert(record);
    },
  };
}

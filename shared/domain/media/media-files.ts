/** A file announced for upload. Times are Unix ms. */
export interface UploadRecord {
  readonly kind: 'upload';
  readonly id: string;
  readonly workspaceId: string;
  readonly mimetype: string;
  readonly filename: string | null;
  readonly bytes: number;
  readonly sha256: string | null;
  readonly createdAt: number;
  /** When a message first used it; until then it lies among the uploads. */
  readonly keptAt: number | null;
  readonly expiresAt: number;
}

/** A file that came in: its message says what became of it. */
export interface ReceivedRecord {
  readonly kind: 'received';
  readonly id: string;
  readonly workspaceId: string;
  readonly messageId: string;
  readonly expiresAt: number;
}

export type MediaRecord = UploadRecord | ReceivedRecord;

/** Which files a workspace has, and how each is found. */
export interface MediaFiles {
  /** The one that is there, if it is made again. */
  insertUpload(upload: UploadRecord): Promise<UploadRecord>;
  /** `undefined` for another workspace's too, and for what has expired. */
  find(workspaceId: string, id: string): Promise<MediaRecord | undefined>;
  markKept(upload: UploadRecord, keptAt: number, expiresAt: number): Promise<void>;
  /** Leaves those alone that are there. */
  noteReceived(records: readonly ReceivedRecord[]): Promise<void>;
}

/** An upload that no message uses is gone after a day. */
export const UNUSED_UPLOAD_MS = 24 * 3_600_000;

/** A file's place: one workspace never reaches another's. */
export interface MediaPlace {
  readonly workspaceId: string;
  readonly id: string; // med_…
}

export interface MediaDescription {
  readonly mimetype: string;
  readonly bytes: number;
  /** base64 of SHA-256, as WhatsApp and S3 write it; `null`: nobody has told. */
  readonly sha256: string | null;
}

export interface NewUpload extends MediaPlace, MediaDescription {}

/** What whoever uploads has to send: the file as the body, with exactly these headers. */
export interface UploadTarget {
  readonly url: string;
  readonly method: 'PUT';
  readonly headers: Readonly<Record<string, string>>;
}

export interface LinkedFile extends MediaPlace {
  /** `uploads`: not used in a message yet. */
  readonly area: 'uploads' | 'media';
  readonly mimetype: string;
  readonly filename: string | null;
}

/**
 * The bucket of files, in two areas: what was uploaded waits in `uploads` for a day, what a message uses or brought is in
 * `media` for as long as files are kept. Files are whole or not there at all; nothing holds one in memory.
 */
export interface MediaStore {
  /** Puts a file into `media`, in place of one under the same id. Rejects when the bytes are not those described. */
  put(file: NewUpload, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** What lies in `media`. `undefined`: nothing. */
  find(place: MediaPlace): Promise<MediaDescription | undefined>;
  /** The bytes of what lies in `media`. `undefined`: nothing does. */
  read(place: MediaPlace): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** What was uploaded and not used yet. */
  findUpload(place: MediaPlace): Promise<MediaDescription | undefined>;
  /** Copies an upload to `media`; again, no harm. `false`: nothing was uploaded. */
  keepUpload(place: MediaPlace): Promise<boolean>;
  /** Where to upload to, for an hour. Another size, type or (if told) content is refused. */
  uploadTarget(upload: NewUpload): Promise<UploadTarget>;
  /** A link for anybody who has it, for an hour. It saves the file under its name, and shows nothing. */
  linkTo(file: LinkedFile): Promise<string>;
}

/** How long signed links hold. */
export const LINK_SECONDS = 3_600;

/** Largest file we take, from anybody: 100 MB, the most WhatsApp's Cloud API takes. */
export const MOST_UPLOAD_BYTES = 100 * 1024 * 1024;

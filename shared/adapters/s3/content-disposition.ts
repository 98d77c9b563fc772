const encode = (text: string): string => encodeURIComponent(text).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** Saved, never shown: whoever sent the file may have put a page into it (RFC 6266). */
export const contentDisposition = (filename: string | null): string =>
  filename === null ? 'attachment' : `attachment; filename*=UTF-8''${encode(filename.toWellFormed())}`;

import { me } from './session.js';

/** Bytes to and from the service, addressed by their hash. */

const TRANSFER_LIMIT_MS = 120_000;

const base64 = (buffer) => {
  let text = '';
  for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte);
  return btoa(text);
};

export const hashOf = async (buffer) => base64(await crypto.subtle.digest('SHA-256', buffer));
export const randomKey = () => base64(crypto.getRandomValues(new Uint8Array(32)).buffer);
export const pathOf = (hash) => `/mms/${hash.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;

export async function upload(blob, hash) {
  const response = await fetch(pathOf(hash), {
    method: 'POST',
    headers: { 'content-type': blob.type || 'application/octet-stream' },
    body: blob,
    signal: AbortSignal.timeout(TRANSFER_LIMIT_MS),
  });
  if (!response.ok) throw new Error(`Upload failed: ${response.status} ${await response.text()}`);
}

/** Rejects with the HTTP status as `status`, or if the bytes are not those the message promised. No bytes are let pass, as the real page has been seen to do. */
export async function download({ directPath, filehash, signal }) {
  const limit = AbortSignal.timeout(TRANSFER_LIMIT_MS);
  const response = await fetch(`${directPath}?for=${me.wid?.user ?? ''}`, { signal: signal ? AbortSignal.any([signal, limit]) : limit });
  if (!response.ok) throw Object.assign(new Error('Download failed'), { status: response.status });
  const buffer = await response.arrayBuffer();
  if (buffer.byteLength > 0 && (await hashOf(buffer)) !== filehash) throw new Error('Downloaded media does not match its hash');
  return buffer;
}

import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { listFiles } from './tar-folder.ts';

/**
 * What Chromium can make again. A profile restored from a snapshot has none of it and comes back without a QR code. What
 * holds the link stays: IndexedDB and Local Storage (docs/adr/0005).
 */
const CACHES = [
  'Default/Cache',
  'Default/Code Cache',
  'Default/GPUCache',
  'Default/DawnGraphiteCache',
  'Default/DawnWebGPUCache',
  'Default/Service Worker',
  'Default/Shared Dictionary',
  'Default/blob_storage',
  'ShaderCache',
  'GrShaderCache',
  'GraphiteDawnCache',
  'component_crx_cache',
  'Crash Reports',
  'BrowserMetrics',
] as const;
const BLOCK_BYTES = 512;

export interface ProfileSize {
  /** What it takes on the disk. */
  readonly bytes: number;
  /** Of these, what closing the browser gives back. */
  readonly cacheBytes: number;
}

/** Removes the caches of a profile. No browser may be running on it. */
export async function dropCaches(profileDir: string): Promise<void> {
  await Promise.all(CACHES.map((name) => rm(join(profileDir, name), { recursive: true, force: true, maxRetries: 3 })));
}

/** Measures a profile, also while a browser writes to it. */
export async function measureProfile(profileDir: string): Promise<ProfileSize> {
  const files = await listFiles(profileDir).catch(() => []);
  let [bytes, cacheBytes] = [0, 0];
  for (const file of files) {
    const taken = await stat(join(profileDir, file)).then(({ blocks }) => blocks * BLOCK_BYTES, () => 0); // gone meanwhile
    bytes += taken;
    if (CACHES.some((cache) => file.startsWith(`${cache}/`))) cacheBytes += taken;
  }
  return { bytes, cacheBytes };
}

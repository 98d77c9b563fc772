import { copyFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import webjs from 'whatsapp-web.js';
import type { ProfileArchive } from '../../storage/profile-archive.ts';

/** The least RemoteAuth accepts. Its timer never runs here: what is kept, and when, the session decides. */
const LEAST_INTERVAL_MS = 60_000;

/** What the library's types leave out of RemoteAuth. */
type Library = webjs.RemoteAuth & { userDataDir: string; sessionName: string; storeRemoteSession(): Promise<void> };

const notAsked = (): never => {
  throw new Error('RemoteAuth is not to decide what is read or deleted');
};

/**
 * Archives as whatsapp-web.js's own RemoteAuth makes them, by its own code: the one step from a folder to its store is
 * called, on a folder nobody uses. It is never a client's strategy: as one it deletes the remote copy on a conflict,
 * saves first after a minute, copies databases in use, and leaves failures of its timer uncaught.
 */
export const remoteAuthArchive: ProfileArchive = {
  nameOf: (clientId) => `RemoteAuth-${clientId}.zip`,

  async pack(clientId, profile, workDir) {
    const packed = join(workDir, 'packed.zip');
    const store: webjs.Store = {
      save: ({ session }) => copyFile(join(workDir, `${session}.zip`), packed), // it removes its own
      sessionExists: notAsked,
      extract: notAsked,
      delete: notAsked,
    };
    const auth = new webjs.RemoteAuth({ clientId, dataPath: workDir, store, backupSyncIntervalMs: LEAST_INTERVAL_MS }) as Library;
    auth.sessionName = `RemoteAuth-${clientId}`;
    auth.userDataDir = join(workDir, auth.sessionName);
    await rename(profile, auth.userDataDir);
    await auth.storeRemoteSession();
    return packed;
  },
};

import { readdir, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { efsSnapshotStore } from '../../../../fleet/storage/efs-snapshot-store.ts';
import { localAuthStore } from '../../../../fleet/storage/local-auth-store.ts';
import { sessionFolder } from '../../../../fleet/storage/session-folder.ts';
import { describeSessionStore } from '../../../contract/session-store.contract.ts';
import { breakProfile } from '../../../support/builders/profile.ts';
import { memoryDataKeys } from '../../../support/fakes/memory-data-keys.ts';
import { memorySessionStore, type MemoryShelf } from '../../../support/fakes/memory-session-store.ts';
import { silentLog } from '../../../support/fakes/silent-log.ts';

describeSessionStore('memorySessionStore', async () => {
  const shelf: MemoryShelf = new Map();
  return {
    states: 3,
    open: () => memorySessionStore(shelf),
    async damageNewest(place) {
      const copies = shelf.get(sessionFolder(place));
      const [newest] = [...(copies ?? [])].filter(([, content]) => content instanceof Map).map(([name]) => name).sort().reverse();
      if (newest !== undefined) copies?.set(newest, 'damaged');
      return newest !== undefined;
    },
  };
});

describeSessionStore('efsSnapshotStore', async (root) => {
  const storeDir = join(root, 'store');
  const keys = memoryDataKeys();
  let instances = 0;
  const isWhole = async (path: string): Promise<boolean> => (await readFile(path)).length > 20;
  return {
    states: 3,
    open: () => efsSnapshotStore({ storeDir, scratchDir: join(root, `scratch-${++instances}`), keys, log: silentLog }),
    async damageNewest(place) {
      const folder = join(storeDir, sessionFolder(place));
      for (const name of (await readdir(folder)).sort().reverse()) {
        if (!(await isWhole(join(folder, name)))) continue;
        await truncate(join(folder, name), 20);
        return true;
      }
      return false;
    },
  };
});

describeSessionStore('localAuthStore', async (root) => {
  const store = () => localAuthStore(join(root, 'store'), silentLog);
  let isDamaged = false;
  return {
    states: 1,
    open: store,
    async damageNewest(place) {
      if (isDamaged) return false;
      await breakProfile(store().homeOf?.(place) ?? '');
      isDamaged = true;
      return true;
    },
  };
});

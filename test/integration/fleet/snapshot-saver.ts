import { efsSnapshotStore } from '../../../fleet/storage/efs-snapshot-store.ts';
import { memoryDataKeys } from '../../support/fakes/memory-data-keys.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';

/* A process that saves one profile and says what came of it, to be run under limits of the system. */
const [storeDir = '', scratchDir = '', workspaceId = '', sessionId = '', profileDir = ''] = process.argv.slice(2);
const store = efsSnapshotStore({ storeDir, scratchDir, keys: memoryDataKeys(), log: silentLog });
const outcome = await store.save({ workspaceId, sessionId, fencingToken: 1 }, profileDir).then(
  () => 'saved',
  (error: NodeJS.ErrnoException) => `${error.syscall} ${error.code}`,
);
process.stdout.write(outcome);

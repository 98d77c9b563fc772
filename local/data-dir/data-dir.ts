import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode, StartError } from '../start-error.ts';
import { makeFolder } from './make-folder.ts';

/** The files of one host. Everything it keeps lies here, nothing elsewhere. */
export interface DataDir {
  readonly root: string; // absolute
  readonly localJson: string;
  readonly keys: string; // API keys of the seed
  readonly secrets: string;
  readonly masterKeys: string; // of the local KMS
  readonly database: string;
  readonly snapshots: string; // takes the place of EFS
  readonly buckets: string; // takes the place of S3
  readonly profiles: string; // live browser profiles: as short-lived as a task's disk
  readonly spool: string; // what a fleet that reports over HTTP has not got through
  readonly whatsapp: string;
  readonly meta: string; // what the simulated Meta keeps
  readonly logs: string;
  readonly lock: string;
}

const layout = (root: string): DataDir => ({
  root,
  localJson: join(root, 'local.json'),
  keys: join(root, 'keys.json'),
  secrets: join(root, 'secrets.json'),
  masterKeys: join(root, 'kms-keys.json'),
  database: join(root, 'dynamodb.sqlite'),
  snapshots: join(root, 'efs'),
  buckets: join(root, 's3'),
  profiles: join(root, 'profiles'),
  spool: join(root, 'spool'),
  whatsapp: join(root, 'whatsapp'),
  meta: join(root, 'meta'),
  logs: join(root, 'logs'),
  lock: join(root, 'host.lock'),
});

const WHY: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is not a folder',
  EEXIST: 'it is not a folder',
  ENOENT: 'the path cannot be made',
};

async function makeWritable(dir: DataDir): Promise<void> {
  const probe = join(dir.root, `.probe-${process.pid}`);
  await makeFolder(dir.root);
  await writeFile(probe, '');
  await rm(probe);
}

/** Makes the folder if need be, and nothing in it. Throws a StartError when it cannot be written. */
export async function findDataDir(path: string): Promise<DataDir> {
  const dir = layout(path);
  try {
    await makeWritable(dir);
  } catch (error) {
    const why = WHY[errorCode(error) ?? ''] ?? String(error);
    throw new StartError(`Cannot write to the data directory ${path}: ${why}; pass another --data-dir`);
  }
  return dir;
}

/** The same with the folders that a host writes to. */
export async function openDataDir(path: string): Promise<DataDir> {
  const dir = await findDataDir(path);
  await Promise.all([dir.snapshots, dir.whatsapp, dir.meta, dir.logs].map(makeFolder));
  return dir;
}

export const makeTemporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'blazz-'));

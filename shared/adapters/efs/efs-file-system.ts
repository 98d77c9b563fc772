import { DescribeFileSystemsCommand, DescribeMountTargetsCommand, EFSClient } from '@aws-sdk/client-efs';
import type { FileSystem } from '../../domain/file-systems/file-system.ts';

const REQUEST_TIMEOUT_MS = 5_000;

const bounded = () => ({ abortSignal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });

/** An EFS file system. Its size is metered by AWS about once an hour. */
export const efsFileSystem = (fileSystemId: string, client = new EFSClient({})): FileSystem => ({
  async look() {
    const [{ FileSystems }, { MountTargets = [] }] = await Promise.all([
      client.send(new DescribeFileSystemsCommand({ FileSystemId: fileSystemId }), bounded()),
      client.send(new DescribeMountTargetsCommand({ FileSystemId: fileSystemId }), bounded()),
    ]);
    const [found] = FileSystems ?? [];
    if (!found) throw new Error(`EFS knows no file system ${fileSystemId}`);
    return {
      bytes: found.SizeInBytes?.Value ?? 0,
      state: found.LifeCycleState ?? 'unknown',
      mounts: MountTargets.length,
      mountsAvailable: MountTargets.filter(({ LifeCycleState }) => LifeCycleState === 'available').length,
    };
  },
});

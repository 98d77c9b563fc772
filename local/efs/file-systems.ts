import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { AwsJsonError } from '../aws-json/aws-json-error.ts';
import type { Actions } from '../aws-json/aws-json-server.ts';
import type { Deployment, Resource } from '../template/deployment.ts';
import { errorCode } from '../start-error.ts';

const API = '/2015-02-01';
const Input = z.object({ FileSystemId: z.string().optional() });
const MountTarget = z.object({ FileSystemId: z.string(), SubnetId: z.string() });

/** Bytes of all files under a folder; what vanishes meanwhile does not count. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries.filter((entry) => entry.isFile()).map(async ({ parentPath, name }) => {
    const found = await stat(join(parentPath, name)).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    });
    return found?.size ?? 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** EFS, for those who look: the file systems of the template, all of which are one folder here. */
export function fileSystemActions(deployment: Deployment, folder: string): Actions {
  const fileSystems = deployment.list('AWS::EFS::FileSystem');
  const mounts = deployment.list('AWS::EFS::MountTarget');

  const wanted = (input: unknown): readonly Resource[] => {
    const { FileSystemId } = Input.parse(input);
    const found = fileSystems.filter(({ ref }) => FileSystemId === undefined || ref === FileSystemId);
    if (found.length === 0 && FileSystemId !== undefined) throw new AwsJsonError('FileSystemNotFound', `File system '${FileSystemId}' does not exist.`);
    return found;
  };

  const viewFileSystem = ({ ref, arn, name, properties }: Resource, bytes: number): object => ({
    FileSystemId: ref,
    FileSystemArn: arn,
    Name: name,
    CreationToken: ref,
    OwnerId: arn.split(':')[4],
    CreationTime: 0,
    LifeCycleState: 'available',
    NumberOfMountTargets: mounts.length,
    PerformanceMode: 'generalPurpose',
    Encrypted: properties['Encrypted'] === true,
    SizeInBytes: { Value: bytes, Timestamp: Date.now() / 1000 },
    Tags: [],
  });

  const viewMount = ({ ref, properties }: Resource): object => ({ ...MountTarget.parse(properties), MountTargetId: ref, LifeCycleState: 'available' });

  return {
    [`GET ${API}/file-systems`]: async (input) => {
      const bytes = await sizeOf(folder);
      return { FileSystems: wanted(input).map((fileSystem) => viewFileSystem(fileSystem, bytes)) };
    },
    [`GET ${API}/mount-targets`]: (input) => {
      const ids = wanted(input).map(({ ref }) => ref);
      return { MountTargets: mounts.filter(({ properties }) => ids.includes(MountTarget.parse(properties).FileSystemId)).map(viewMount) };
    },
  };
}

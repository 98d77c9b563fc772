import { readdir, readFile, readlink } from 'node:fs/promises';

const hexPort = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');

/** The inode of the client's end of a connection on 127.0.0.1, as the kernel lists it. */
async function inodeOf(clientPort: number, serverPort: number): Promise<string | undefined> {
  const table = await readFile('/proc/net/tcp', 'utf8').catch(() => '');
  for (const line of table.split('\n')) {
    const [, local = '', remote = '', , , , , , , inode] = line.trim().split(/\s+/);
    if (local.endsWith(`:${hexPort(clientPort)}`) && remote.endsWith(`:${hexPort(serverPort)}`)) return inode;
  }
  return undefined;
}

async function holds(pid: number, inode: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder).catch(() => []);
  const targets = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
  return targets.includes(`socket:[${inode}]`);
}

/** Whether the process is at the other end of a connection to a server of ours. A process that ended holds none. */
export async function isConnectedFrom(pid: number, clientPort: number | undefined, serverPort: number): Promise<boolean> {
  const inode = clientPort === undefined ? undefined : await inodeOf(clientPort, serverPort);
  return inode !== undefined && holds(pid, inode);
}

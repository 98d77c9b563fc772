import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listenLocally } from '../../../local/listen-locally.ts';

const MAIN = join(import.meta.dirname, '../../../local/main.ts');

interface Ended {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const run = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { timeout: 20_000 }, (error, stdout, stderr) => {
      resolve({ code: error ? error.code : 0, stdout, stderr });
    });
  });

describe('the command line of the local host', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'blazz-cli-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('explains itself', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('--instances <n>');
  });

  it.each([
    { args: ['--prot', '80'], says: "Unknown option '--prot'" },
    { args: ['now'], says: "Unexpected argument 'now'" },
    { args: ['--port', 'http'], says: "--port takes a whole number from 0 to 65535, not 'http'" },
    { args: ['--port', '70000'], says: "not '70000'" },
    { args: ['--instances', '-1'], says: '--instances' },
    { args: ['--instances', '3', '--max-instances', '2'], says: '--max-instances must not be less than --instances, which is 3' },
    { args: ['--whatsapp', 'none'], says: "--whatsapp takes simulator or live, not 'none'" },
    { args: ['--whatsapp-address', 'localhost:1'], says: '--whatsapp-address and --whatsapp-spki go together' },
    { args: ['--sqs-endpoint', 'queue'], says: "--sqs-endpoint takes an http address, not 'queue'" },
  ])('refuses $args in one line, with exit code 2', async ({ args, says }) => {
    const { code, stderr } = await run(...args);
    expect(stderr).toContain(says);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
  });

  it.each([
    { path: '/dev/null/blazz', because: 'a part of the path is not a folder' },
    { path: '/proc/blazz', because: 'the path cannot be made' },
  ])('says in one line that it cannot write to $path', async ({ path, because }) => {
    const { code, stderr } = await run('--port', '0', '--data-dir', path);
    expect(stderr).toBe(`Cannot write to the data directory ${path}: ${because}; pass another --data-dir\n`);
    expect(code).toBe(1);
  });

  it('says in one line that its port is taken', async () => {
    const server = createServer();
    const port = await listenLocally(server, 0);
    const { code, stderr } = await run('--port', String(port), '--data-dir', folder);
    server.close();
    expect(stderr).toBe(`Port ${port} is in use; stop what uses it or pass --port\n`);
    expect(code).toBe(1);
  });
});

import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import readline from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../../../local/client/until.ts';
import { Clocks } from '../../chaos/world/clocks.ts';
import { SnapshotStore } from '../../chaos/world/snapshot-store.ts';

const MINUTE = 60_000;
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'blazz-chaos-test-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('Clocks', () => {
  it("set one process's wall clock and put it right again, in every way Node tells the time", async () => {
    const clocks = new Clocks(dir);
    const program = 'setInterval(() => console.log(JSON.stringify([Date.now(), +new Date(), Date.parse(Date()), +new Date(5), new Date() instanceof Date])), 50)';
    const child = spawn(process.execPath, ['-e', program], { env: { ...process.env, NODE_OPTIONS: clocks.nodeOptions } });
    let seen: readonly [number, number, number, number, boolean] | undefined;
    readline.createInterface({ input: child.stdout }).on('line', (line) => { seen = JSON.parse(line) as typeof seen; });
    const isOffBy = (ms: number) => until(async () => seen && seen.slice(0, 3).every((time) => Math.abs(Number(time) - Date.now() - ms) < MINUTE / 2), { what: `a clock off by ${ms} ms` });
    try {
      await isOffBy(0);
      await clocks.set(child.pid ?? 0, -5 * MINUTE);
      await isOffBy(-5 * MINUTE);
      expect(seen?.slice(3)).toEqual([5, true]);
      await clocks.right(child.pid ?? 0);
      await isOffBy(0);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('SnapshotStore', () => {
  it.each([
    { what: 'full', breakIt: (store: SnapshotStore) => store.fill() },
    { what: 'read-only', breakIt: (store: SnapshotStore) => store.forbidWriting() },
    { what: 'out of reach', breakIt: (store: SnapshotStore) => store.putOutOfReach() },
  ])('is $what, and as it was afterwards', async ({ breakIt }) => {
    const store = await SnapshotStore.open(join(dir, 'efs'));
    const file = join(dir, 'efs/wsp/ses/1.snap');
    try {
      await mkdir(join(dir, 'efs/wsp/ses'), { recursive: true });
      await writeFile(file, 'a snapshot');
      const putRight = await breakIt(store);
      await expect(writeFile(join(dir, 'efs/wsp/ses/2.snap'), Buffer.alloc(65_536))).rejects.toThrow(/ENOSPC|EROFS|ENOTDIR/);
      await putRight();
      expect(await readFile(file, 'utf8')).toBe('a snapshot');
      await writeFile(join(dir, 'efs/wsp/ses/3.snap'), 'another');
    } finally {
      await store.close();
    }
  });
});

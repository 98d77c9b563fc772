import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventSpool } from '../../../fleet/events/spool/event-spool.ts';
import { until as poll } from '../../../local/client/until.ts';
import type { SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import { anEventBatch } from '../../support/builders/event-batch.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';

const WRITER = join(import.meta.dirname, 'spool-writer.ts');
const SESSIONS = ['ses_a', 'ses_b', 'ses_c'];

const until = (what: string, isSo: () => boolean) => poll(async () => isSo(), { what, timeoutMs: 15_000, everyMs: 10 });

let dir: string;
const writers: ChildProcess[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spool-crash-'));
});
afterEach(async () => {
  for (const child of writers.splice(0)) child.kill('SIGKILL');
  await rm(dir, { recursive: true, force: true });
});

interface Writer {
  readonly child: ChildProcess;
  readonly said: () => string;
}

/** @param fileBlocks The most a file may have, in blocks of 512 bytes: a write beyond fails as on a full disk. */
function startWriter(instanceId: string, fileBlocks = 'unlimited'): Writer {
  const child = spawn('sh', ['-c', `ulimit -f ${fileBlocks}; exec "$@"`, 'sh', process.execPath, WRITER, dir, instanceId], { stdio: ['ignore', 'pipe', 'inherit'] });
  writers.push(child);
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return { child, said: () => said };
}

async function kill({ child }: Writer): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** The last batch of a session that its process was told is safe. */
const lastSafe = (said: string, sessionId: string): number =>
  Math.max(0, ...said.split('\n').slice(0, -1).filter((line) => line.startsWith(sessionId)).map((line) => Number(line.split(' ')[1])));

/** What the next process sends of it all. */
async function sendLeft(instanceIds: readonly string[]): Promise<SessionEventBatch[]> {
  for (const id of instanceIds) await utimes(join(dir, id, 'alive'), new Date(0), new Date(0)); // as after a while
  const taken: SessionEventBatch[] = [];
  const queue = { send: async (batch: SessionEventBatch) => void taken.push(batch) };
  const spool = await EventSpool.open({ dir, instanceId: 'ins_next', queue, maxBytes: 1e9, retry: { firstMs: 10, longestMs: 10 }, leftAfterMs: 20_000, log: silentLog });
  await until('all to be sent', () => spool.waiting === 0);
  await spool.stop();
  return taken;
}

describe('What was spooled', () => {
  it('survives kill -9 at any moment: nothing that was safe is missing, all of it once and in order (I1)', async () => {
    const said: string[] = [];
    const ids = ['ins_1', 'ins_2', 'ins_3'];
    for (const [i, id] of ids.entries()) {
      const writer = startWriter(id);
      await until('batches on the disk', () => writer.said().length > 2_000 * (i + 1));
      await kill(writer);
      said.push(writer.said());
    }
    const taken = await sendLeft(ids);
    for (const sessionId of SESSIONS) {
      const safe = said.map((each) => lastSafe(each, sessionId));
      const counters = taken.filter((batch) => batch.sessionId === sessionId).map(({ sequence }) => Number(sequence.slice(11)));
      // Three processes that used the same sequences: sorted by them, each as often as processes had got so far.
      expect(counters).toEqual(counters.toSorted((a, b) => a - b));
      for (let counter = 1; counter <= Math.max(...safe); counter++) {
        const least = safe.filter((last) => last >= counter).length;
        expect(counters.filter((each) => each === counter).length).toBeGreaterThanOrEqual(least);
      }
    }
    expect(taken.find(({ sessionId, sequence }) => sessionId === 'ses_a' && sequence.endsWith('-0000000007'))).toEqual(anEventBatch('ses_a', 7));
  });

  it('is neither lost nor damaged when the disk takes no more', async () => {
    const writer = startWriter('ins_full', '64'); // 32 KB a file
    await until('the disk to be full', () => writer.said().includes('all failed'));
    await kill(writer);
    const taken = await sendLeft(['ins_full']);
    for (const sessionId of SESSIONS) {
      const counters = taken.filter((batch) => batch.sessionId === sessionId).map(({ sequence }) => Number(sequence.slice(11)));
      const last = lastSafe(writer.said(), sessionId);
      expect(last).toBeGreaterThan(5);
      expect(counters).toEqual(Array.from({ length: last }, (_, i) => i + 1));
    }
  });
});

import { EventSpool } from '../../../fleet/events/spool/event-spool.ts';
import { anEventBatch } from '../../support/builders/event-batch.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';

/* Spools batches of three sessions for a queue that is never reached, and says which are safe, until it is killed. */

const [dir = '', instanceId = ''] = process.argv.slice(2);
const queue = { send: () => Promise.reject(new Error('no connection')) };
const spool = await EventSpool.open({ dir, instanceId, queue, maxBytes: 1e9, retry: { firstMs: 1_000, longestMs: 60_000 }, leftAfterMs: 20_000, log: silentLog });

async function report(sessionId: string): Promise<void> {
  for (let counter = 1; ; counter++) {
    try {
      await spool.send(anEventBatch(sessionId, counter));
      process.stdout.write(`${sessionId} ${counter}\n`);
    } catch {
      process.stdout.write(`failed ${counter}\n`);
      return;
    }
  }
}

await Promise.all(['ses_a', 'ses_b', 'ses_c'].map(report));
process.stdout.write('all failed\n');
setInterval(() => undefined, 1_000); // waits to be killed

import { setTimeout as delay } from 'node:timers/promises';
import type { Passing, Rule, Verdict } from './fault-proxy.ts';

const SHARE = 0.4;
const MOST_DELAY_MS = 3_000;
const AGAIN_AFTER_MS = [200, 4_000] as const;

interface SentEntry {
  readonly MessageDeduplicationId?: string;
}
interface QueueRequest extends SentEntry {
  readonly QueueUrl?: string;
  readonly Entries?: readonly (SentEntry & { readonly Id: string; readonly ReceiptHandle?: string })[];
}

const parse = ({ body }: Passing): QueueRequest => JSON.parse(body.toString('utf8')) as QueueRequest;
const isSend = ({ operation }: Passing): boolean => operation === 'SendMessage' || operation === 'SendMessageBatch';

/** Under another deduplication id, or the queue would not take it a second time. */
function renamed(entry: SentEntry): SentEntry {
  return entry.MessageDeduplicationId === undefined ? entry : { ...entry, MessageDeduplicationId: `${entry.MessageDeduplicationId}-again` };
}

const repeated = (request: QueueRequest): Buffer =>
  Buffer.from(JSON.stringify({ ...renamed(request), ...(request.Entries && { Entries: request.Entries.map(renamed) }) }));

/** Sends much of what is sent once more, later: what came after it is overtaken by the repeat. */
export function duplicates(random: () => number): Rule {
  return async (passing) => {
    if (!isSend(passing) || random() >= SHARE) return 'pass';
    const [least, most] = AGAIN_AFTER_MS;
    const again = delay(least + random() * (most - least)).then(() => passing.forward(repeated(parse(passing))));
    again.catch(() => undefined); // the run may be over
    return passing.forward();
  };
}

/** Holds some of what is sent back for a while. A sender that does not wait for its answers sees them overtaken. */
export function disorder(random: () => number): Rule {
  return async (passing): Promise<Verdict> => {
    if (isSend(passing) && random() < SHARE) await delay(random() * MOST_DELAY_MS);
    return 'pass';
  };
}

/** Some of what was handled is not deleted but put back, so it is received again. */
export function redelivery(random: () => number): Rule {
  return async (passing) => {
    if (passing.operation !== 'DeleteMessageBatch' || random() >= SHARE) return 'pass';
    const { QueueUrl, Entries = [] } = parse(passing);
    const visibleNow = Entries.map(({ Id, ReceiptHandle }) => ({ Id, ReceiptHandle, VisibilityTimeout: 0 }));
    const body = Buffer.from(JSON.stringify({ QueueUrl, Entries: visibleNow }));
    return passing.forward(body, 'ChangeMessageVisibilityBatch');
  };
}

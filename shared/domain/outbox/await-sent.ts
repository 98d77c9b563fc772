import type { Clock } from '../clock.ts';
import type { Messages, StoredMessage } from './messages.ts';

export interface AwaitSentDeps {
  readonly messages: Pick<Messages, 'get'>;
  readonly clock: Clock;
  readonly pause: (ms: number) => Promise<void>;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 500;

/** The message once it left or failed, or as it is when the time is up. */
export const makeAwaitSent = ({ messages, clock, pause }: AwaitSentDeps) =>
  async (queued: StoredMessage, seconds: number): Promise<StoredMessage> => {
    const deadline = clock.now() + seconds * 1_000;
    let message = queued;
    for (let pauseMs = FIRST_PAUSE_MS; isUnderWay(message) && clock.now() < deadline; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
      await pause(Math.min(pauseMs, deadline - clock.now()));
      message = await messages.get(queued.workspaceId, queued.id);
    }
    return message;
  };
export type AwaitSent = ReturnType<typeof makeAwaitSent>;

const isUnderWay = ({ status }: StoredMessage): boolean => status === 'queued' || status === 'sending';

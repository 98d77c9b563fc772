import type { Page } from 'puppeteer';
import type { TimeoutHandler } from '../timeout-handler.ts';
import type { Ack, AckReport, ReceivedMessage } from '../whatsapp-client.ts';
import { PageAcks, PageMessages, toAck, toAckReport, toReceived } from './incoming-events.ts';
import { jidOfPeer } from './jid.ts';
import { missingOf, NEEDED_MODULES } from './page/needed-modules.ts';
import type { PageOutcome, PageOutgoing, PageWindow } from './page/whatsapp-page.ts';

declare const window: PageWindow;

/** What the page says of its own start, as far as it has got. */
export interface StartState {
  readonly isLoaded: boolean;
  readonly state: string | null;
  readonly hasSynced: boolean;
  readonly canFinish: boolean; // the library is listening
  readonly isInjected: boolean;
  /** What the dialogs say that are open. */
  readonly dialogs: string;
}

/** Runs in the page. A dialog is what WhatsApp shows when a person has to confirm something. */
export function readStartState(): StartState {
  const socket = (() => {
    try {
      return window.require('WAWebSocketModel').Socket;
    } catch {
      return undefined; // its modules are not there yet
    }
  })();
  const { document } = window as unknown as { document: { querySelectorAll(css: string): ArrayLike<{ textContent: string | null }> } };
  return {
    isLoaded: socket !== undefined,
    state: socket?.state ?? null,
    hasSynced: socket?.hasSynced ?? false,
    canFinish: typeof window.onAppStateHasSyncedEvent === 'function',
    isInjected: typeof window.WWebJS !== 'undefined',
    dialogs: Array.from(document.querySelectorAll('[role="dialog"], [data-testid="passkey-prompt"]'), ({ textContent }) => textContent ?? '').join('\n').slice(0, 500),
  };
}

const LOOK_UP = 1.5; // times a simple answer
const ANSWER_SLACK_MS = 5_000;

/** A page, and what bounds each call into it. */
export interface Asked {
  readonly page: Page;
  readonly timeouts: TimeoutHandler;
}

export const startStateOf = ({ page, timeouts }: Asked): Promise<StartState> => timeouts.within(timeouts.answerMs, 'start_state', page.evaluate(readStartState));

/** The library missed that the page had synced before it listened; this is the call it waits for. */
export const finishStart = ({ page, timeouts }: Asked): Promise<void> =>
  timeouts.within(timeouts.answerMs, 'finish_start', page.evaluate(() => void window.onAppStateHasSyncedEvent?.()));

export const refreshQr = ({ page, timeouts }: Asked): Promise<void> =>
  timeouts.within(timeouts.answerMs, 'refresh_qr', page.evaluate(() => window.require('WAWebCmd').Cmd.refreshQR()));

export interface ConnectionState {
  readonly state: string;
  readonly lastFrameAt: number | null;
}

export const connectionState = ({ page, timeouts }: Asked): Promise<ConnectionState> =>
  timeouts.within(timeouts.answerMs, 'health', page.evaluate(() => ({
    state: window.require('WAWebSocketModel').Socket.state,
    lastFrameAt: window.blazzCorner.lastFrameAt,
  })));

/** Tells one document from the next in the same tab. */
export const documentOf = ({ page, timeouts }: Asked): Promise<number> =>
  timeouts.within(timeouts.answerMs, 'document', page.evaluate(() => performance.timeOrigin));

export const missingModules = ({ page, timeouts }: Asked): Promise<string[]> =>
  timeouts.within(timeouts.answerMs, 'modules', page.evaluate(missingOf, NEEDED_MODULES));

export const markRead = ({ page, timeouts }: Asked, jid: string): Promise<boolean> =>
  timeouts.within(timeouts.answerMs, 'mark_read', page.evaluate((chat) => window.WWebJS.sendSeen(chat), jid));

export const setTyping = ({ page, timeouts }: Asked, jid: string, isTyping: boolean): Promise<unknown> =>
  timeouts.within(timeouts.answerMs, 'typing', page.evaluate((chat, state) => window.WWebJS.sendChatstate(state, chat), jid, isTyping ? 'typing' as const : 'stop' as const));

/** The outcomes at their messages' places. Rejects when the page does not answer in the time all of them may take. */
export function sendBatch({ page, timeouts }: Asked, batch: PageOutgoing[], notAfterMs: number): Promise<PageOutcome[]> {
  const limitMs = batch.reduce((sum, { timeoutMs }) => sum + timeoutMs, ANSWER_SLACK_MS);
  return timeouts.within(limitMs, 'send', page.evaluate((list, notAfter) => window.blazzCorner.send(list, notAfter), batch, notAfterMs));
}

type Reference = { readonly wireId: string; readonly peer: string };

export async function acksOf({ page, timeouts }: Asked, messages: readonly Reference[]): Promise<readonly (Ack | undefined)[]> {
  const wanted = messages.map(({ wireId, peer }) => ({ wireId, jid: jidOfPeer(peer) }));
  const acks = await timeouts.within(LOOK_UP * timeouts.answerMs, 'acks', page.evaluate((list) => window.blazzCorner.acksOf(list), wanted));
  return acks.map((ack) => (ack === null ? undefined : toAck(ack)));
}

export const syncHistory = ({ page, timeouts }: Asked, peer: string, timeoutMs: number): Promise<boolean> =>
  timeouts.within(LOOK_UP * timeouts.answerMs, 'history', page.evaluate((jid, limitMs) => window.blazzCorner.syncHistory(jid, limitMs), jidOfPeer(peer), timeoutMs));

export const syncNewestChats = ({ page, timeouts }: Asked, limit: number, timeoutMs: number): Promise<boolean> =>
  timeouts.within(LOOK_UP * timeouts.answerMs, 'histories', page.evaluate((most, limitMs) => window.blazzCorner.syncNewestChats(most, limitMs), limit, timeoutMs));

export const haveWritten = ({ page, timeouts }: Asked, peers: readonly string[]): Promise<boolean[]> =>
  timeouts.within(LOOK_UP * timeouts.answerMs, 'writers', page.evaluate((jids) => window.blazzCorner.haveWritten(jids), peers.map(jidOfPeer)));

const CHECKS_WITHIN_MS = 18_000;
const PAUSE_BETWEEN_CHECKS_MS = 150;

/** One after the other, as a person would who looks numbers up. What is not answered in time stays open. */
export async function areOnWhatsApp({ page, timeouts }: Asked, numbers: readonly string[]): Promise<readonly (boolean | null)[]> {
  const deadline = Date.now() + CHECKS_WITHIN_MS;
  const answers: (boolean | null)[] = [];
  for (const number of numbers) {
    if (answers.length > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_BETWEEN_CHECKS_MS * (0.5 + Math.random())));
    const leftMs = Math.min(deadline - Date.now(), timeouts.answerMs);
    answers.push(leftMs <= 0 ? null : await timeouts.within(leftMs, 'number_check', page.evaluate(isOnWhatsApp, jidOfPeer(number))).catch(() => null));
  }
  return answers;
}

/** Runs in the page. */
async function isOnWhatsApp(jid: string): Promise<boolean> {
  const found = await window.require('WAWebQueryExistsJob').queryWidExists(window.require('WAWebWidFactory').createWid(jid));
  return found?.wid !== undefined;
}

export async function recentAcks({ page, timeouts }: Asked, limit: number): Promise<readonly AckReport[]> {
  const found = await timeouts.within(LOOK_UP * timeouts.answerMs, 'recent_acks', page.evaluate((most) => window.blazzCorner.recentAcks(most), limit));
  return PageAcks.parse(found).map(toAckReport);
}

export async function recentReceived({ page, timeouts }: Asked, sinceMs: number, limit: number): Promise<readonly ReceivedMessage[]> {
  const sinceSeconds = Math.floor(sinceMs / 1_000);
  const found = await timeouts.within(LOOK_UP * timeouts.answerMs, 'recent_messages', page.evaluate((since, most) => window.blazzCorner.recentReceived(since, most), sinceSeconds, limit));
  return PageMessages.parse(found).map(toReceived);
}

/** `false`: the page was not connected, so WhatsApp cannot have heard of it. The page forgets its link all the same. */
export const unlinkDevice = ({ page, timeouts }: Asked): Promise<boolean> =>
  timeouts.within(LOOK_UP * timeouts.answerMs, 'logout', page.evaluate(async () => {
    const { Socket } = window.require('WAWebSocketModel');
    const isConnected = Socket.state === 'CONNECTED';
    await Socket.logout();
    return isConnected;
  }));

import type { Page } from 'puppeteer';
import type { Ack, AckReport, ReceivedMessage } from '../whatsapp-client.ts';
import { PageAcks, PageMessages, toAck, toAckReport, toReceived } from './incoming-events.ts';
import { jidOfPeer } from './jid.ts';
import type { PageOutcome, PageOutgoing, PageWindow } from './page/whatsapp-page.ts';

declare const window: PageWindow;

/** What the page says of its own start, as far as it has got. */
export interface StartState {
  readonly isLoaded: boolean;
  readonly state: string | null;
  readonly hasSynced: boolean;
  readonly canFinish: boolean; // the library is listening
  readonly isInjected: boolean;
  readonly dialog: string | null;
}

/** Runs in the page. A dialog that covers everything is what WhatsApp shows when the phone has to confirm something. */
export function readStartState(): StartState {
  const socket = (() => {
    try {
      return window.require('WAWebSocketModel').Socket;
    } catch {
      return undefined; // its modules are not there yet
    }
  })();
  const doc = (window as unknown as { document: { querySelector(css: string): { textContent: string | null } | null } }).document;
  return {
    isLoaded: socket !== undefined,
    state: socket?.state ?? null,
    hasSynced: socket?.hasSynced ?? false,
    canFinish: typeof window.onAppStateHasSyncedEvent === 'function',
    isInjected: typeof window.WWebJS !== 'undefined',
    dialog: doc.querySelector('[role="dialog"], [data-testid="passkey-prompt"]')?.textContent?.trim().slice(0, 200) ?? null,
  };
}

export class PageTimeoutError extends Error {
  override readonly name = 'PageTimeoutError';
}

/** `work`, or a PageTimeoutError after `timeoutMs`. What comes later is ignored. */
export async function within<T>(timeoutMs: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new PageTimeoutError(`${what}: no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  work.catch(() => undefined); // a late rejection has nobody left to tell
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

const QUICK_MS = 10_000;
const LOOK_UP_MS = 15_000;
const ANSWER_SLACK_MS = 5_000;

/** Everything we ask of the page outside of sending. Each call is bounded. */
export const startStateOf = (page: Page): Promise<StartState> => within(QUICK_MS, 'start state', page.evaluate(readStartState));

/** The library missed that the page had synced before it listened; this is the call it waits for. */
export const finishStart = (page: Page): Promise<void> =>
  within(QUICK_MS, 'finish start', page.evaluate(() => void window.onAppStateHasSyncedEvent?.()));

export const refreshQr = (page: Page): Promise<void> =>
  within(QUICK_MS, 'refresh QR', page.evaluate(() => window.require('WAWebCmd').Cmd.refreshQR()));

export const socketState = (page: Page): Promise<string> =>
  within(QUICK_MS, 'health', page.evaluate(() => window.require('WAWebSocketModel').Socket.state));

export const markRead = (page: Page, jid: string): Promise<boolean> =>
  within(QUICK_MS, 'mark read', page.evaluate((chat) => window.WWebJS.sendSeen(chat), jid));

export const setTyping = (page: Page, jid: string, isTyping: boolean): Promise<unknown> =>
  within(QUICK_MS, 'typing', page.evaluate((chat, state) => window.WWebJS.sendChatstate(state, chat), jid, isTyping ? 'typing' as const : 'stop' as const));

/** A dialog such as "What's new" ends a fresh link after minutes unless somebody clicks it away. */
export function clickDialogsAway(): void {
  interface Button {
    click(): void;
  }
  const { document } = window as unknown as { document: { querySelectorAll(css: string): ArrayLike<Button> } };
  Array.from(document.querySelectorAll('[role="dialog"][data-animate-modal-popup] button')).at(-1)?.click();
}

export const dismissDialogs = (page: Page): Promise<void> => within(QUICK_MS, 'dismiss dialogs', page.evaluate(clickDialogsAway));

/** The outcomes at their messages' places. Rejects when the page does not answer in the time all of them may take. */
export function sendBatch(page: Page, batch: PageOutgoing[], notAfterMs: number): Promise<PageOutcome[]> {
  const limitMs = batch.reduce((sum, { timeoutMs }) => sum + timeoutMs, ANSWER_SLACK_MS);
  return within(limitMs, 'send', page.evaluate((list, notAfter) => window.blazzCorner.send(list, notAfter), batch, notAfterMs));
}

type Reference = { readonly wireId: string; readonly peer: string };

export async function acksOf(page: Page, messages: readonly Reference[]): Promise<readonly (Ack | undefined)[]> {
  const wanted = messages.map(({ wireId, peer }) => ({ wireId, jid: jidOfPeer(peer) }));
  const acks = await within(LOOK_UP_MS, 'acks', page.evaluate((list) => window.blazzCorner.acksOf(list), wanted));
  return acks.map((ack) => (ack === null ? undefined : toAck(ack)));
}

export const syncHistory = (page: Page, peer: string, timeoutMs: number): Promise<boolean> =>
  within(LOOK_UP_MS, 'history', page.evaluate((jid, limitMs) => window.blazzCorner.syncHistory(jid, limitMs), jidOfPeer(peer), timeoutMs));

export const syncNewestChats = (page: Page, limit: number, timeoutMs: number): Promise<void> =>
  within(LOOK_UP_MS, 'histories', page.evaluate((most, limitMs) => window.blazzCorner.syncNewestChats(most, limitMs), limit, timeoutMs));

export async function recentAcks(page: Page, limit: number): Promise<readonly AckReport[]> {
  const found = await within(LOOK_UP_MS, 'recent acks', page.evaluate((most) => window.blazzCorner.recentAcks(most), limit));
  return PageAcks.parse(found).map(toAckReport);
}

export async function recentReceived(page: Page, sinceMs: number, limit: number): Promise<readonly ReceivedMessage[]> {
  const sinceSeconds = Math.floor(sinceMs / 1_000);
  const found = await within(LOOK_UP_MS, 'recent messages', page.evaluate((since, most) => window.blazzCorner.recentReceived(since, most), sinceSeconds, limit));
  return PageMessages.parse(found).map(toReceived);
}

export const unlinkDevice = (page: Page): Promise<void> =>
  within(LOOK_UP_MS, 'logout', page.evaluate(() => window.require('WAWebSocketModel').Socket.logout()));

import * as z from 'zod';

/** Anything beyond the body, as the page's modules name it (media keys, poll options, a quoted message …). */
export const Content = z.record(z.string(), z.json());
export type Content = z.infer<typeof Content>;

/** A message on its way. Addresses are bare digits, or a group's jid. */
export interface Message {
  readonly wireId: string;
  readonly sender: string;
  readonly recipient: string;
  readonly type: string; // in the page's words: chat, image, ptt, vcard, poll_creation, reaction, edit, revoke …
  readonly body: string;
  readonly content: Content | undefined;
  readonly sentAt: number; // Unix time in ms
}

/** Receipt levels, as the page counts them. */
export const ACK = { error: -1, server: 1, delivered: 2, read: 3, played: 4 } as const;

/** Why an accepted message failed after all. */
export const SEND_ERROR = { unknownRecipient: 404, blocked: 403, timelock: 463 } as const;

/** These act on an earlier message and are no entry of their own in a chat. */
const ACTIONS: ReadonlySet<string> = new Set(['reaction', 'edit', 'revoke', 'poll_vote']);
export const isAction = (type: string): boolean => ACTIONS.has(type);

/** The wire id an action is about. */
export function targetOf(content: Content | undefined): string | undefined {
  const target = content?.['target'];
  return typeof target === 'string' ? target : undefined;
}

/** What a page gets of a message. Short names, because a page may get thousands a second. */
export interface PageItem {
  readonly id: string;
  readonly chat: string; // jid
  readonly from: string; // jid of the person
  readonly me: boolean;
  readonly type: string;
  readonly body: string;
  readonly c?: Content | undefined;
  readonly ts: number; // Unix time in seconds
  readonly ack?: number;
  readonly name?: string; // the sender's, as they set it
}

import * as z from 'zod';
import type { NoticedEvent } from '../whatsapp-client.ts';
import { peerOfJid } from './jid.ts';

const about = {
  jid: z.string().min(1),
  wireId: z.string().min(1),
  fromMe: z.boolean(),
  t: z.number().nonnegative().nullable(),
  author: z.string().nullable(),
  atMs: z.number().nonnegative(),
};

/** As the page tells it. */
export const PageNotice = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('reaction'), ...about, emoji: z.string() }),
  z.object({ kind: z.literal('edit'), ...about, text: z.string() }),
  z.object({ kind: z.literal('revoke'), ...about }),
  z.object({ kind: z.literal('vote'), ...about, options: z.array(z.string()) }),
  z.object({ kind: z.literal('typing'), jid: z.string().min(1), author: z.string().nullable(), state: z.enum(['typing', 'recording', 'paused']), atMs: z.number() }),
  z.object({ kind: z.literal('presence'), jid: z.string().min(1), isOnline: z.boolean(), lastSeenMs: z.number().nullable(), atMs: z.number() }),
  z.object({ kind: z.literal('identity'), phoneJid: z.string().min(1), lidJid: z.string().min(1), name: z.string().nullable(), atMs: z.number() }),
]);
type PageNotice = z.infer<typeof PageNotice>;

const instant = (ms: number): string => new Date(ms).toISOString();
const instantOrNull = (ms: number | null): string | null => (ms === null ? null : instant(ms));
const peerOrNull = (jid: string | null): string | null => (jid === null ? null : peerOfJid(jid));

export function toNoticed(notice: PageNotice): NoticedEvent {
  const at = instant(notice.atMs);
  switch (notice.kind) {
    case 'reaction':
      return { type: 'message.reaction', at, ...aboutOf(notice), emoji: notice.emoji };
    case 'edit':
      return { type: 'message.edited', at, ...aboutOf(notice), text: notice.text };
    case 'revoke':
      return { type: 'message.revoked', at, ...aboutOf(notice) };
    case 'vote':
      return { type: 'message.vote', at, ...aboutOf(notice), options: notice.options };
    case 'typing':
      return { type: 'chat.typing', at, peer: peerOfJid(notice.jid), author: peerOrNull(notice.author), state: notice.state };
    case 'presence':
      return { type: 'contact.presence', at, peer: peerOfJid(notice.jid), isOnline: notice.isOnline, lastSeenAt: instantOrNull(notice.lastSeenMs) };
    case 'identity':
      return { type: 'contact.identity', at, phoneNumber: peerOfJid(notice.phoneJid), lid: notice.lidJid, bsuid: null, name: notice.name };
  }
}

const aboutOf = ({ jid, wireId, fromMe, t, author }: Extract<PageNotice, { wireId: string }>) => ({
  peer: peerOfJid(jid),
  wireId,
  fromMe,
  messageAt: t === null ? null : instant(t * 1_000),
  author: peerOrNull(author),
});

import type { MsgKey, MsgModel, PageWindow, ReactionRow, VoteRow, Wid } from './whatsapp-page.ts';

declare const window: PageWindow;

/**
 * Tells what is done to messages, by others and by ourselves: reactions, votes, edits, deletions. The library listens for
 * the same, but only once it is ready, and what had waited comes before that.
 */
export function noticeDeeds(): void {
  const corner = window.blazzCorner;
  const NEWS_MS = 24 * 3_600_000; // what a phone's history brings is older
  const since = Date.now() - NEWS_MS;

  const authorOf = (wid: Wid | string | undefined): string | null => {
    const jid = corner.jidOf(wid);
    return jid === '' || corner.isMe(jid) ? null : (corner.phoneOf(jid) ?? jid);
  };

  /** Our own are known by the number we wrote to, those of others by the address they came from. */
  const about = ({ id, fromMe, remote }: MsgKey, t: number | undefined) => {
    const jid = corner.jidOf(remote);
    return { wireId: id, fromMe, jid: (fromMe && corner.phoneOf(remote)) || jid, t: t ?? null };
  };

  const messageOf = (key: MsgKey): MsgModel | undefined => window.require('WAWebCollections').Msg.get(key.toString());

  const onReaction = ({ reactionParentKey: key, reactionText: emoji, reactionTimestamp, author, from }: ReactionRow): void => {
    if (reactionTimestamp < since) return;
    corner.report('noticed', { kind: 'reaction', ...about(key, messageOf(key)?.t), author: authorOf(author ?? from), atMs: reactionTimestamp, emoji: emoji ?? '' });
  };

  /** Votes name options by number; without the poll nobody knows which those are. */
  const onVote = async ({ pollUpdateParentKey: key, selectedOptionLocalIds: chosen, senderTimestampMs: atMs, author, from }: VoteRow): Promise<void> => {
    if (atMs < since) return;
    const poll = messageOf(key) ?? (await window.require('WAWebCollections').Msg.getMessagesById([key.toString()]))?.messages?.[0];
    if (!poll) return;
    const options = (poll.pollOptions ?? []).filter(({ localId }) => chosen.includes(localId)).map(({ name }) => name);
    corner.report('noticed', { kind: 'vote', ...about(key, poll.t), author: authorOf(author ?? from), atMs, options });
  };

  const doneBy = ({ id, author }: MsgModel): string | null => (id.fromMe ? null : authorOf(author ?? id.remote));

  /** Bodies change for other reasons too: a message is decrypted, a picture's preview comes. */
  const onText = (message: MsgModel, text: unknown, before: unknown): void => {
    const isEdit = message.latestEditMsgKey !== undefined || (typeof before === 'string' && before !== '');
    if (!isEdit || message.type === 'revoked' || typeof text !== 'string' || text === '' || text !== corner.textOf(message)) return;
    const atMs = message.latestEditSenderTimestampMs ?? Date.now();
    corner.report('noticed', { kind: 'edit', ...about(message.id, message.t), author: doneBy(message), atMs, text });
  };

  const onType = (message: MsgModel, type: unknown): void => {
    if (type === 'revoked') corner.report('noticed', { kind: 'revoke', ...about(message.id, message.t), author: doneBy(message), atMs: Date.now() });
  };

  /** Whatever goes wrong here, the page gets its rows. */
  const tell = <Row>(rows: readonly Row[], notice: (row: Row) => void | Promise<void>): void => {
    for (const row of rows) Promise.resolve(row).then(notice).catch(() => undefined);
  };

  corner.whenThere(() => {
    const table = window.require('WAWebAddonReactionTableMode').reactionTableMode;
    const original = table.bulkUpsert;
    table.bulkUpsert = function bulkUpsert(rows, ...more) {
      tell(rows, onReaction);
      return original.call(this, rows, ...more);
    };
  });
  corner.whenThere(() => {
    const table = window.require('WAWebAddonPollVoteTableMode').pollVoteTableMode;
    const original = table.bulkUpsert;
    table.bulkUpsert = function bulkUpsert(rows, ...more) {
      tell(rows, onVote);
      return original.call(this, rows, ...more);
    };
  });
  corner.whenThere(() => {
    const { Msg } = window.require('WAWebCollections');
    Msg.on('change:body change:caption', onText);
    Msg.on('change:type', onType);
  });
}

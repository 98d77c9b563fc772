import type { MsgModel, PageMessage, PageWindow } from './whatsapp-page.ts';

declare const window: PageWindow;

/** What a message says beside its file, in plain data. */
export function describeMessages(): void {
  const corner = window.blazzCorner;
  /** Their body is a small picture, or a card. */
  const WITHOUT_WORDS = ['image', 'video', 'ptv', 'ptt', 'audio', 'document', 'sticker', 'location', 'vcard', 'multi_vcard'];

  /** Of the message replied to, if the page has it loaded. */
  const repliedAt = ({ id, quotedStanzaID, quotedParticipant }: MsgModel): number | null => {
    if (!quotedStanzaID) return null;
    const jid = corner.jidOf(id.remote);
    const ofOthers = jid.endsWith('@g.us') ? [`false_${jid}_${quotedStanzaID}_${corner.jidOf(quotedParticipant)}`] : corner.keysOf(jid, quotedStanzaID, false);
    const { Msg } = window.require('WAWebCollections');
    const quoted = [...ofOthers, ...corner.keysOf(jid, quotedStanzaID, true)].map((key) => Msg.get(key)).find(Boolean);
    return quoted?.t ?? null;
  };

  const placeOf = ({ type, lat, lng, loc }: MsgModel): PageMessage['place'] =>
    type === 'location' && lat !== undefined && lng !== undefined ? { latitude: lat, longitude: lng, label: loc ?? '' } : null;

  const pollOf = ({ type, pollName, pollOptions, pollSelectableOptionsCount }: MsgModel): PageMessage['poll'] =>
    type === 'poll_creation' ? { question: pollName ?? '', options: (pollOptions ?? []).map(({ name }) => name), multiple: pollSelectableOptionsCount !== 1 } : null;

  const vcardsOf = ({ type, body, vcardList }: MsgModel): string[] => {
    if (type === 'multi_vcard') return (vcardList ?? []).map(({ vcard }) => vcard);
    return type === 'vcard' && body ? [body] : [];
  };

  Object.assign(corner, {
    textOf(message: MsgModel): string | null {
      if (message.type === 'poll_creation') return message.pollName || null;
      return (WITHOUT_WORDS.includes(message.type) ? message.caption : message.body) || null;
    },
    extrasOf: (message: MsgModel) => ({
      replyToT: repliedAt(message),
      isForwarded: message.isForwarded ?? false,
      isViewOnce: message.isViewOnce ?? false,
      mentions: (message.mentionedJidList ?? []).map(corner.jidOf),
      place: placeOf(message),
      vcards: vcardsOf(message),
      poll: pollOf(message),
    }),
  });
}

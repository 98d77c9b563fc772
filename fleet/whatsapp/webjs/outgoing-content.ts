import type { MessageContent } from '../../../shared/contracts/message.ts';
import type { MediaFile } from '../media-source.ts';
import type { OutgoingMessage } from '../whatsapp-client.ts';
import { jidOfPeer } from './jid.ts';
import { DELETE_WITHIN_MS, EDIT_WITHIN_MS } from '../../../shared/domain/outbox/actions.ts';
import type { PageAction, PageOutgoing } from './page/whatsapp-page.ts';

const TEXT_TIMEOUT_MS = 15_000;
const ACTION_TIMEOUT_MS = 30_000; // the message it is about may have to be asked for, or to leave first
const MEDIA_TIMEOUT_MS = 120_000; // the page encrypts and uploads
const OPUS = 'audio/ogg; codecs=opus'; // without it phones show a voice message as a file

type Spoken = Pick<PageOutgoing, 'text' | 'options'>;

/** `fileKey`: under which the page has the file (carry-files.ts). */
const mediaOptions = (content: Extract<MessageContent, { media: unknown }>, file: MediaFile, fileKey: string): Spoken => ({
  text: '',
  options: {
    media: { mimetype: content.type === 'voice' && file.mimetype.startsWith('audio/ogg') ? OPUS : file.mimetype, data: '', filename: file.filename, filesize: file.bytes, fileKey },
    caption: 'text' in content ? content.text : undefined,
    isCaptionByUser: 'text' in content && content.text !== undefined,
    sendMediaAsDocument: content.type === 'document',
    sendMediaAsSticker: content.type === 'sticker',
    sendAudioAsVoice: content.type === 'voice',
  },
});

const vcard = ({ name, phoneNumber }: { name: string; phoneNumber: string }): string => {
  const escaped = name.replace(/([\\,;])/g, '\\$1').replace(/\r?\n/g, ' ');
  const digits = phoneNumber.replace(/\D/g, '');
  return `BEGIN:VCARD\nVERSION:3.0\nN:;${escaped};;;\nFN:${escaped}\nTEL;type=CELL;waid=${digits}:+${digits}\nEND:VCARD`;
};

function speak(content: MessageContent, file: MediaFile | undefined, fileKey: string): Spoken {
  switch (content.type) {
    case 'text':
      return { text: content.text, options: content.linkPreview === false ? { linkPreview: false } : {} };
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'document':
    case 'sticker':
      if (!file) throw new Error('A media message came without its file');
      return mediaOptions(content, file, fileKey);
    case 'location': {
      const { latitude, longitude, name, address } = content.location;
      const description = [name, address].filter(Boolean).join('\n');
      return { text: '', options: { location: { latitude, longitude, description } } };
    }
    case 'contact':
      return { text: vcard(content.contact), options: { parseVCards: true, linkPreview: undefined } };
    case 'poll': {
      const { question, options, multiple } = content.poll;
      const pollOptions = options.map((name, localId) => ({ name: name.trim(), localId }));
      return { text: '', options: { poll: { pollName: question.trim(), pollOptions, options: { allowMultipleAnswers: multiple } } } };
    }
    case 'reaction':
    case 'forward':
    case 'edit':
    case 'delete':
      return { text: '', options: {} };
    case 'template':
      throw new Error('A template is for the Cloud API'); // refused before it gets here
  }
}

function actionOf({ content, target = null }: OutgoingMessage): PageAction | null {
  const about = target && { wireId: target.wireId, jid: jidOfPeer(target.peer), fromMe: target.fromMe };
  switch (content.type) {
    case 'reaction':
      return { kind: 'reaction', target: about, text: content.reaction.emoji, withinMs: null };
    case 'forward':
      return { kind: 'forward', target: about, text: '', withinMs: null };
    case 'edit':
      return { kind: 'edit', target: about, text: content.text, withinMs: EDIT_WITHIN_MS };
    case 'delete':
      return { kind: 'delete', target: about, text: '', withinMs: DELETE_WITHIN_MS };
    default:
      return null;
  }
}

/** A message in the words of the library. */
export function toPage(message: OutgoingMessage, file?: MediaFile): PageOutgoing {
  const { wireId, peer, content, replyTo } = message;
  const action = actionOf(message);
  return {
    wireId,
    jid: jidOfPeer(peer),
    ...speak(content, file, wireId),
    replyTo: replyTo && { wireId: replyTo.wireId, jid: jidOfPeer(replyTo.peer), fromMe: replyTo.fromMe },
    action,
    timeoutMs: file ? MEDIA_TIMEOUT_MS : action ? ACTION_TIMEOUT_MS : TEXT_TIMEOUT_MS,
  };
}

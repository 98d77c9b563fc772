import type { MessageContent } from '../../../shared/contracts/message.ts';
import type { MediaFile } from '../media-source.ts';
import type { OutgoingMessage } from '../whatsapp-client.ts';
import { jidOfPeer } from './jid.ts';
import type { PageOutgoing } from './page/whatsapp-page.ts';

const TEXT_TIMEOUT_MS = 15_000;
const MEDIA_TIMEOUT_MS = 120_000; // the page encrypts and uploads

type Spoken = Pick<PageOutgoing, 'text' | 'options'>;

/** `fileKey`: under which the page has the file (carry-files.ts). */
const mediaOptions = (content: Extract<MessageContent, { media: unknown }>, file: MediaFile, fileKey: string): Spoken => ({
  text: '',
  options: {
    media: { mimetype: file.mimetype, data: '', filename: file.filename, filesize: file.bytes, fileKey },
    caption: 'text' in content ? content.text : undefined,
    isCaptionByUser: 'text' in content && content.text !== undefined,
    sendMediaAsDocument: content.type === 'document',
    sendMediaAsSticker: content.type === 'sticker',
    sendAudioAsVoice: content.type === 'voice' || content.type === 'audio' && file.mimetype.startsWith('audio/ogg'),
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
      return { text: content.text, options: {} };
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
      return { text: '', options: {} };
    case 'forward':
    case 'edit':
    case 'delete':
    case 'template':
      throw new Error(`A ${content.type} is not sent this way`);
  }
}

/** A message in the words of the library. */
export function toPage({ wireId, peer, content, replyTo }: OutgoingMessage, file?: MediaFile): PageOutgoing {
  return {
    wireId,
    jid: jidOfPeer(peer),
    ...speak(content, file, wireId),
    replyTo: replyTo && { wireId: replyTo.wireId, jid: jidOfPeer(replyTo.peer), fromMe: replyTo.fromMe },
    reaction: content.type === 'reaction' ? content.reaction.emoji : null,
    timeoutMs: file ? MEDIA_TIMEOUT_MS : TEXT_TIMEOUT_MS,
  };
}

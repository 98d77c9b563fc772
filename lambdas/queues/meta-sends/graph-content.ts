import type { MessageContent } from '../../../shared/contracts/message.ts';
import type { GraphContent, GraphMedia } from '../../../shared/domain/meta/graph.ts';

type WithMedia = Extract<MessageContent, { media: unknown }>;
type Plain = Extract<MessageContent, { type: 'text' | 'location' | 'contact' }>;

/** What needs nothing but itself, in Meta's words. */
export function plainContent(content: Plain): GraphContent {
  switch (content.type) {
    case 'text':
      return { type: 'text', text: { body: content.text, preview_url: content.linkPreview !== false } };
    case 'location':
      return { type: 'location', location: content.location };
    case 'contact':
      return { type: 'contacts', contacts: [contactOf(content.contact)] };
  }
}

export function mediaContent(content: WithMedia, file: GraphMedia): GraphContent {
  const caption = 'text' in content && content.text !== undefined ? { caption: content.text } : {};
  switch (content.type) {
    case 'image':
      return { type: 'image', image: { ...file, ...caption } };
    case 'video':
      return { type: 'video', video: { ...file, ...caption } };
    case 'document':
      return { type: 'document', document: { ...file, ...caption, ...(content.media.filename !== undefined && { filename: content.media.filename }) } };
    case 'audio':
      return { type: 'audio', audio: file };
    case 'voice':
      return { type: 'audio', audio: { ...file, voice: true } };
    case 'sticker':
      return { type: 'sticker', sticker: file };
  }
}

function contactOf({ name, phoneNumber }: { readonly name: string; readonly phoneNumber: string }) {
  const [firstName = name] = name.split(' ');
  return { name: { formatted_name: name, first_name: firstName }, phones: [{ phone: phoneNumber, wa_id: phoneNumber.replace(/\D/g, '') }] };
}

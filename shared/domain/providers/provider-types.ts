import type { MessageContent, MessageType } from '../../contracts/message.ts';
import { identityTypeOf } from '../contacts/identities.ts';
import { DomainError } from '../errors.ts';
import type { Session } from '../sessions/session.ts';

export type Provider = Session['provider'];
type SentType = Exclude<MessageType, 'unknown'>;

/** What each provider can send. A type that is missing here is refused when the message is accepted. */
export const SENDS: Readonly<Record<Provider, readonly SentType[]>> = {
  webjs: [
    'text', 'image', 'video', 'audio', 'voice', 'document', 'sticker', 'location', 'contact', 'poll', 'reaction', 'forward', 'edit', 'delete',
  ],
  meta: ['text', 'image', 'video', 'audio', 'voice', 'document', 'sticker', 'location', 'contact', 'reaction', 'template'],
};

const REACHES: Readonly<Record<Provider, string>> = {
  webjs: 'does not know business-scoped user ids whose number is not known here',
  meta: 'reaches phone numbers and business-scoped user ids only',
};
const NAMES: Readonly<Record<Provider, string>> = { webjs: 'WhatsApp Web', meta: "Meta's Cloud API" };

export const canSendType = (provider: Provider, type: MessageContent['type']): boolean => SENDS[provider].includes(type);

/** The Cloud API knows people by number or by its own id, which nobody else does; `…@lid` and groups are WhatsApp Web's. */
export const canReach = (provider: Provider, peer: string): boolean =>
  provider === 'meta' ? !/@(lid|g\.us)$/.test(peer) : identityTypeOf(peer) !== 'bsuid';

/** Meta's limits, in characters; WhatsApp Web takes what our own contract does. */
const META_TEXT = 4_096;
const META_CAPTION = 1_024;

/** Throws `unsupported_by_provider`, naming `type`, `to` or `text`. */
export function requireSupported({ id, provider }: Pick<Session, 'id' | 'provider'>, content: Pick<MessageContent, 'type'> & { readonly text?: string | undefined }, peer: string): void {
  const { type, text = '' } = content;
  if (!canSendType(provider, type)) {
    throw unsupported('type', `${NAMES[provider]}, through which session ${id} sends, has no messages of type ${type}. Send from a session of another provider.`);
  }
  if (!canReach(provider, peer)) {
    throw unsupported('to', `${NAMES[provider]}, through which session ${id} sends, ${REACHES[provider]}. Send from a session of another provider.`);
  }
  const most = type === 'text' ? META_TEXT : META_CAPTION;
  if (provider === 'meta' && text.length > most) {
    throw unsupported('text', `${NAMES[provider]}, through which session ${id} sends, takes ${most} characters here. Send a shorter text.`);
  }
}

function unsupported(path: string, message: string): DomainError {
  return new DomainError('invalid', 'unsupported_by_provider', message, { fields: [{ path, message: 'is not supported by the provider of the session' }] });
}

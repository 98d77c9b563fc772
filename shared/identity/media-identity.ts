import { derivedId } from './derived-id.ts';

/** The file of a message that came in: the same whoever fetches it, and however often. `atMs`: WhatsApp's own time of the message. */
export const receivedMediaIdOf = (sessionId: string, wireId: string, atMs: number): string => derivedId('med', atMs, 'received', sessionId, wireId);

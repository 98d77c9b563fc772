import type { MessageDetails } from '../../contracts/message-details.ts';
import { UNTOUCHED, type AnnotationView } from './annotations.ts';

/** What only some messages have. */
export interface MessageExtras extends AnnotationView {
  readonly replyTo: string | null; // a message id
  readonly isForwarded: boolean;
  readonly mentions: readonly string[];
  /** Of what came in; what we send says it in `content`. */
  readonly details: MessageDetails | null;
}

export const NO_EXTRAS: MessageExtras = { ...UNTOUCHED, replyTo: null, isForwarded: false, mentions: [], details: null };

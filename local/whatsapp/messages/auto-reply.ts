import type { Account } from '../accounts/account.ts';
import { isGroupJid } from '../numbers.ts';
import type { Message } from './message.ts';
import { newWireId } from './phone-message.ts';

export type AutoReply = (owner: Account, message: Message) => void;
type Write = (account: Account, recipient: string, text: string, wireId: string) => void;

/** Answers what a phone receives, except other automatic answers: two such phones would never stop. */
export function makeAutoReply(write: Write): AutoReply {
  const automatic = new Set<string>();
  return (owner, { wireId, sender, recipient }) => {
    if (automatic.delete(wireId) || owner.autoReply === undefined || isGroupJid(recipient)) return;
    const text = owner.autoReply;
    // Next turn: the sender is to see its own message answered for before the reply comes.
    setImmediate(() => {
      const replyId = newWireId();
      automatic.add(replyId);
      write(owner, sender, text, replyId);
    });
  };
}

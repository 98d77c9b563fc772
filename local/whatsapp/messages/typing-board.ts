import type { Directory } from '../accounts/directory.ts';
import { chatJid, isGroupJid, shown, userJid } from '../numbers.ts';
import type { Switchboard } from '../page-server/switchboard.ts';

export type TypingState = 'typing' | 'recording' | 'stop';

export interface Typing {
  readonly from: string; // with `+`
  readonly state: TypingState;
  readonly at: string;
}

/** Who was last seen typing to whom. Nothing of it is kept over a restart. */
export interface TypingBoard {
  note(from: string, to: string, state: TypingState): void;
  seenBy(number: string): Typing[];
}

export function makeTypingBoard(directory: Directory, switchboard: Switchboard): TypingBoard {
  const seen = new Map<string, Map<string, Typing>>();
  return {
    note(from, to, state) {
      const members = isGroupJid(to) ? (directory.findGroup(to)?.members ?? []) : [to];
      for (const member of members.filter((number) => number !== from)) {
        const account = directory.find(member);
        if (!account) continue;
        const board = seen.get(member) ?? new Map<string, Typing>();
        seen.set(member, board.set(from, { from: shown(from), state, at: new Date().toISOString() }));
        const chat = isGroupJid(to) ? to : chatJid(from);
        for (const connection of switchboard.connectionsOf(account)) {
          connection.send({ t: 'typing', chat, from: userJid(from), state });
        }
      }
    },
    seenBy: (number) => [...(seen.get(number)?.values() ?? [])],
  };
}

import { Collection } from './collection.js';
import { Model } from './model.js';
import { line } from './session.js';
import { createWid } from './wid.js';

/** Who types, by chat. */
export const Presence = new Collection();

const WORDS = { typing: 'composing', recording: 'recording_audio', stop: 'available' };

function presenceOf(id) {
  const existing = Presence.get(id);
  if (existing) return existing;
  const presence = new Model({ id, isOnline: false, chatstate: undefined });
  Presence.add(presence);
  return presence;
}

line.handle({
  typing({ chat, from, state }) {
    const chatstate = { id: createWid(from), type: WORDS[state], t: Math.floor(Date.now() / 1000) };
    presenceOf(createWid(chat)).set({ isOnline: true, chatstate });
  },
});

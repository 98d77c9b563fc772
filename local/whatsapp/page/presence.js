import { Collection } from './collection.js';
import { Model } from './model.js';
import { line, whenConnected } from './session.js';
import { createWid } from './wid.js';

const WORDS = { typing: 'composing', recording: 'recording_audio', stop: 'available' };

class PresenceModel extends Model {
  /** Announced by both names, as of a state within the presence and as of an attribute of it. */
  setChatstate(chatstate) {
    const isChanged = this.chatstate?.type !== chatstate.type;
    this.set({ chatstate });
    if (isChanged) this.collection.trigger('change:chatstate.type', chatstate, chatstate.type);
  }
}

class PresenceCollection extends Collection {
  /** Asks to be told when this person comes and goes. */
  async find(id) {
    const wid = createWid(id);
    watched.add(wid.toString());
    line.send({ t: 'watch', to: wid.toString() });
    return presenceOf(wid);
  }
}

const watched = new Set();

/** Who types, and who of those asked about is online, by chat. */
export const Presence = new PresenceCollection();

function presenceOf(id) {
  const existing = Presence.get(id);
  if (existing) return existing;
  const presence = new PresenceModel({ id, isOnline: undefined, chatstate: undefined });
  Presence.add(presence);
  return presence;
}

line.handle({
  typing({ chat, from, state }) {
    presenceOf(createWid(chat)).setChatstate({ id: createWid(from), type: WORDS[state], t: Math.floor(Date.now() / 1000) });
  },
  presence({ chat, online, seenAt }) {
    const presence = presenceOf(createWid(chat));
    if (!online) presence.setChatstate({ id: presence.id, type: 'unavailable', t: Math.floor(seenAt / 1000) });
    presence.set({ isOnline: online });
  },
});

whenConnected(() => {
  for (const to of watched) line.send({ t: 'watch', to });
});

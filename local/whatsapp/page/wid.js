/** An address. */
export class Wid {
  constructor(user, server) {
    this.server = server;
    this.user = user;
    this._serialized = `${user}@${server}`;
  }

  toString() {
    return this._serialized;
  }

  toJid() {
    return this._serialized.replace(/@c\.us$/, '@s.whatsapp.net');
  }

  equals(other) {
    return String(other) === this._serialized;
  }

  isUser() {
    return this.server === 'c.us' || this.server === 'lid';
  }

  isLid() {
    return this.server === 'lid';
  }

  isGroup() {
    return this.server === 'g.us';
  }

  isBroadcast() {
    return this.server === 'broadcast';
  }

  isStatus() {
    return this._serialized === 'status@broadcast';
  }

  isNewsletter() {
    return this.server === 'newsletter';
  }

  isBot() {
    return false;
  }
}

const known = new Map(); // addresses repeat in every message

/** Accepts text, a Wid, or what is left of one after a trip through JSON. Throws on anything else. */
export function createWid(address) {
  if (address instanceof Wid) return address;
  const text = typeof address === 'object' && address !== null ? address._serialized : address;
  const existing = known.get(text);
  if (existing) return existing;
  const [, user, server] = /^([^@]+)@([^@]+)$/.exec(String(text)) ?? [];
  if (!user) throw new Error(`wid error: invalid wid ${String(text)}`);
  const wid = new Wid(user, server === 's.whatsapp.net' ? 'c.us' : server);
  known.set(text, wid);
  return wid;
}

export function asUserWidOrThrow(wid) {
  if (!wid?.isUser()) throw new Error(`wid error: ${String(wid)} is no user`);
  return wid;
}

/** WhatsApp writes a person as `4915…@c.us`; we write the number. Lids and groups are the same on both sides. */
export const jidOfPeer = (peer: string): string => (peer.startsWith('+') ? `${peer.slice(1)}@c.us` : peer);

export const peerOfJid = (jid: string): string => (jid.endsWith('@c.us') ? `+${jid.slice(0, -'@c.us'.length).replace(/:\d+$/, '')}` : jid);

import type { PageWindow, PresenceModel, Wid } from './whatsapp-page.ts';

declare const window: PageWindow;

/** Tells who types, who is online, and which phone and which lid are one person. */
export function noticePeople(): void {
  const corner = window.blazzCorner;
  const STATES: Readonly<Record<string, 'typing' | 'recording'>> = { composing: 'typing', recording_audio: 'recording' };
  const MOST_REMEMBERED = 50_000;
  const lastStates = new Map<string, string>();
  const watched = new Map<string, string>(); // by the address WhatsApp tells of, the one we were asked about
  const met = new Map<string, string | null>(); // with the name that was told
  const addressOf = (id: Wid): string => watched.get(corner.jidOf(id)) ?? corner.phoneOf(id) ?? corner.jidOf(id);

  const remember = <T>(map: Map<string, T>, key: string, value: T): void => {
    if (map.size >= MOST_REMEMBERED) map.clear();
    map.set(key, value);
  };

  /** The listener gets the presence, or the state within it: builds differ. */
  const onChatstate = (changed: unknown): void => {
    const { Presence } = window.require('WAWebCollections');
    const isIts = (presence: PresenceModel) => presence === changed || presence.chatstate === changed || (presence.chatstates?.getModelsArray().includes(changed as never) ?? false);
    const presence = Presence.getModelsArray().find(isIts);
    if (!presence) return;
    const chatstate = presence === changed ? presence.chatstate : (changed as PresenceModel['chatstate']);
    const jid = addressOf(presence.id);
    const author = jid.endsWith('@g.us') && chatstate?.id ? addressOf(chatstate.id) : null;
    const state = STATES[chatstate?.type ?? ''] ?? 'paused';
    const key = `${jid} ${author}`;
    if ((lastStates.get(key) ?? 'paused') === state) return;
    remember(lastStates, key, state);
    corner.report('noticed', { kind: 'typing', jid, author, state, atMs: Date.now() });
  };

  const onOnline = ({ id, chatstate }: PresenceModel, isOnline: unknown): void => {
    const jid = addressOf(id);
    if (typeof isOnline !== 'boolean' || jid.endsWith('@g.us')) return;
    const lastSeenMs = !isOnline && chatstate?.t ? chatstate.t * 1_000 : null;
    corner.report('noticed', { kind: 'presence', jid, isOnline, lastSeenMs, atMs: Date.now() });
  };

  corner.whenThere(() => {
    const { Presence } = window.require('WAWebCollections');
    Presence.on('change:chatstate change:chatstate.type', onChatstate);
    Presence.on('change:isOnline', onOnline);
  });

  const bothOf = (jid: string): { phoneJid: string; lidJid: string } | undefined => {
    const { getPhoneNumber, getCurrentLid } = window.require('WAWebApiContact');
    const wid = window.require('WAWebWidFactory').createWid(jid);
    const [phone, lid] = wid.isLid() ? [getPhoneNumber?.(wid), wid] : [wid, getCurrentLid?.(wid)];
    return phone && lid ? { phoneJid: corner.jidOf(phone), lidJid: corner.jidOf(lid) } : undefined;
  };

  Object.assign(corner, {
    isMe(jid: string): boolean {
      const { getMaybeMePnUser, getMaybeMeLidUser } = window.require('WAWebUserPrefsMeUser');
      return [getMaybeMePnUser(), getMaybeMeLidUser()].some((me) => me !== undefined && corner.jidOf(me).replace(/:\d+@/, '@') === jid);
    },

    meet(wid: Wid | string, name?: string): void {
      const jid = corner.jidOf(wid);
      if (jid.endsWith('@g.us') || (met.has(jid) && (!name || met.get(jid) === name))) return;
      try {
        const both = bothOf(jid);
        if (!both) return; // asked again with the next message
        remember(met, jid, name ?? null);
        corner.report('noticed', { kind: 'identity', ...both, name: name ?? null, atMs: Date.now() });
      } catch {
        remember(met, jid, null); // this build does not tell
      }
    },

    async watchPresence(jid: string): Promise<void> {
      const lid = (() => {
        try {
          return bothOf(jid)?.lidJid;
        } catch {
          return undefined;
        }
      })();
      for (const address of lid === undefined ? [jid] : [jid, lid]) {
        remember(watched, address, jid);
        await window.require('WAWebCollections').Presence.find(window.require('WAWebWidFactory').createWid(address));
      }
    },
  });
}

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { sendBatches } from '../../../fleet/whatsapp/webjs/page/send.ts';
import type { PageOutgoing, PageWindow } from '../../../fleet/whatsapp/webjs/page/whatsapp-page.ts';

const LEFT_MS = 12_000;
const JID = '4915200000001@c.us';

/** The modules of the page that sending needs; `lookUpMs`: how long WhatsApp takes to say whether a number exists. */
function fakePage(lookUpMs: number, sent: string[]): PageWindow {
  const modules: Readonly<Record<string, unknown>> = {
    WAWebQueryExistsJob: { queryWidExists: () => new Promise((resolve) => { setTimeout(() => resolve({ wid: JID }), lookUpMs); }) },
    WAWebWidFactory: { createWid: (jid: string) => jid },
    WAWebCollections: { Chat: { get: () => undefined } },
    WAWebSocketModel: { Socket: { state: 'CONNECTED' } },
    WAWebUserPrefsMeUser: { getMaybeMePnUser: () => 'me', getMaybeMeLidUser: () => 'me' },
    WAWebMsgKey: class {
      readonly selfDir = 'out';
    },
  };
  return {
    require: (name: string) => modules[name],
    blazzCorner: { within: <T>(work: Promise<T>) => work, findMessage: async () => undefined },
    WWebJS: {
      getChat: async () => ({ id: { isLid: () => false } }),
      sendMessage: async (_chat: object, text: string) => void sent.push(text),
    },
  } as unknown as PageWindow;
}

describe('sending in the page, whose process may be frozen and replaced meanwhile', () => {
  let sent: string[];
  const message = (text: string): PageOutgoing => ({ jid: JID, wireId: `3EB0${text}`, text, options: {}, replyTo: null, action: null, timeoutMs: 60_000 });
  const send = (lookUpMs: number, ...texts: readonly string[]) => {
    const page = fakePage(lookUpMs, sent);
    Object.assign(globalThis, { window: page });
    sendBatches();
    return page.blazzCorner.send(texts.map(message), Date.now() + LEFT_MS);
  };

  beforeEach(() => {
    jest.useFakeTimers({ now: 1_800_000_000_000 });
    sent = [];
  });
  afterEach(() => {
    jest.useRealTimers();
    Reflect.deleteProperty(globalThis, 'window');
  });

  it('sends what goes in time', async () => {
    const outcomes = send(100, 'one', 'two');
    await jest.advanceTimersByTimeAsync(LEFT_MS);
    expect(await outcomes).toEqual([['accepted'], ['accepted']]);
    expect(sent).toEqual(['one', 'two']);
  });

  it('does not send when the time ran out while the number was looked up (I3)', async () => {
    const outcomes = send(LEFT_MS, 'late');
    await jest.advanceTimersByTimeAsync(LEFT_MS);
    expect(await outcomes).toEqual([['not-sent']]);
    expect(sent).toEqual([]);
  });

  it('is not fooled by a wall clock that is set back (I3)', async () => {
    const outcomes = send(LEFT_MS, 'late');
    jest.setSystemTime(Date.now() - 300_000);
    await jest.advanceTimersByTimeAsync(LEFT_MS);
    expect(await outcomes).toEqual([['not-sent']]);
    expect(sent).toEqual([]);
  });
});

import type { MsgKey, PageWindow } from './whatsapp-page.ts';

declare const window: PageWindow;

/**
 * Builds from 2.3000.1042401057 (July 2026) keep a message key's joined text in `$1`, where clients read `_serialized`.
 * The name is found by making a key and looking which of its properties `toString()` returns, so the next renaming is
 * bridged too. Keys made from now on get an own `_serialized` (a getter of the prototype does not cross over to Node);
 * those made before answer by the prototype's.
 */
export function bridgeKeyText(): void {
  window.blazzCorner.whenLoaded.push(() => {
    const MsgKey = window.require('WAWebMsgKey');
    const wid = window.require('WAWebWidFactory').createWid('0@c.us');
    const sample = new MsgKey({ fromMe: true, remote: wid, id: 'SAMPLE' });
    const text = sample.toString();
    const own = sample as unknown as Record<string, unknown>;
    if (own['_serialized'] === text) return;

    Object.defineProperty(MsgKey.prototype, '_serialized', {
      configurable: true,
      get(this: MsgKey) {
        return this.toString();
      },
      set(this: object, value: unknown) {
        Object.defineProperty(this, '_serialized', { value, enumerable: true, writable: true, configurable: true });
      },
    });
    const name = Object.keys(own).find((key) => own[key] === text);
    if (name === undefined) return;
    Object.defineProperty(MsgKey.prototype, name, {
      configurable: true,
      get: () => undefined,
      set(this: Record<string, unknown>, value: unknown) {
        Object.defineProperty(this, name, { value, enumerable: true, writable: true, configurable: true });
        this['_serialized'] = value;
      },
    });
  });
}

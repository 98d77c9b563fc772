import type { PageWindow } from './whatsapp-page.ts';

declare const window: PageWindow;

/**
 * Notes when the page's connection last brought anything. WhatsApp answers the page's own keep-alives every 20 to 30 s,
 * so a connection that brings nothing for longer is dead, whatever the page believes. Only the time is kept.
 */
export function watchFrames(): void {
  const corner = window.blazzCorner;
  const note = (): void => {
    corner.lastFrameAt = Date.now();
  };
  window.WebSocket = new Proxy(window.WebSocket, {
    construct(target, args: [string], newTarget: typeof WebSocket) {
      const socket: WebSocket = Reflect.construct(target, args, newTarget);
      socket.addEventListener('message', note);
      return socket;
    },
  });
}

import type { PageWindow } from './whatsapp-page.ts';

declare const window: PageWindow;

/** Runs what bridges builds as soon as the page's modules are there, before any client can use them. */
export function waitForModules(): void {
  const LOOK_EVERY_MS = 5;
  const isLoaded = (): boolean => {
    try {
      return window.Debug?.VERSION !== undefined && Boolean(window.require('WAWebMsgKey'));
    } catch {
      return false;
    }
  };
  const timer = setInterval(() => {
    if (!isLoaded()) return;
    clearInterval(timer);
    for (const run of window.blazzCorner.whenLoaded) {
      try {
        run();
      } catch {
        // a bridge that does not fit this build must not keep the others from working
      }
    }
  }, LOOK_EVERY_MS);
}

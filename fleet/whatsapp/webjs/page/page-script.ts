import { actOnMessages } from './act.ts';
import { bridgeKeyText } from './bridge-key-text.ts';
import { bridgeMediaId } from './bridge-media-id.ts';
import { carryFiles } from './carry-files.ts';
import { openCorner } from './corner.ts';
import { describeMessages } from './describe.ts';
import { dismissDialogs } from './dismiss-dialogs.ts';
import { lookUp } from './look-up.ts';
import { noticeDeeds } from './notice-deeds.ts';
import { noticePeople } from './notice-people.ts';
import { quietListeners } from './quiet-listeners.ts';
import { sendBatches } from './send.ts';
import { waitForModules } from './wait-for-modules.ts';
import { watchFrames } from './watch-frames.ts';

/** In this order: later parts use what earlier ones put in place. */
export const PAGE_PARTS = [
  openCorner, watchFrames, dismissDialogs, bridgeKeyText, bridgeMediaId, describeMessages, quietListeners, noticeDeeds, noticePeople, lookUp, actOnMessages, carryFiles, sendBatches,
  waitForModules,
] as const satisfies readonly (() => void)[];

/** The script that runs in every new document before WhatsApp's own. */
export const pageScript = (parts: readonly (() => void)[] = PAGE_PARTS): string =>
  `if (location.origin === 'https://web.whatsapp.com' && window === window.top) {\n${parts.map((part) => `(${part.toString()})();`).join('\n')}\n}`;

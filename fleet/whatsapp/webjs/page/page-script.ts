import { bridgeKeyText } from './bridge-key-text.ts';
import { bridgeMediaId } from './bridge-media-id.ts';
import { openCorner } from './corner.ts';
import { lookUp } from './look-up.ts';
import { quietListeners } from './quiet-listeners.ts';
import { sendBatches } from './send.ts';
import { waitForModules } from './wait-for-modules.ts';

const PARTS = [openCorner, bridgeKeyText, bridgeMediaId, quietListeners, lookUp, sendBatches, waitForModules];

/** The script that runs in every new document before WhatsApp's own. */
export const pageScript = (): string =>
  `if (location.origin === 'https://web.whatsapp.com' && window === window.top) {\n${PARTS.map((part) => `(${part.toString()})();`).join('\n')}\n}`;

import { findBrowser } from '../../../fleet/whatsapp/webjs/browser-executable.ts';
import { WebjsClient } from '../../../fleet/whatsapp/webjs/webjs-client.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';

/* A process that opens one client, tells the process group of its browser, and waits to be killed. */
const [profileDir = '', hostAndPort = '', spki = ''] = process.argv.slice(2);
const client = new WebjsClient({
  sessionId: 'ses_test', profileDir, pairingPhoneNumber: null, log: silentLog,
  executable: await findBrowser(undefined),
  address: { hostAndPort, spki },
  workspaceId: 'wsp_test',
  fetchMedia: async () => ({ failure: { code: 'none', detail: '' } }),
  onEvent: () => undefined,
});
await client.start();
process.stdout.write(`${client.processGroup}\n`);

import type { FastifyInstance } from 'fastify';
import { accountRecords } from './accounts/account-records.ts';
import { Directory } from './accounts/directory.ts';
import { makeFaults } from './accounts/faults.ts';
import { LinkDesk } from './accounts/link-desk.ts';
import { makeUnlinking } from './accounts/unlinking.ts';
import { serviceCertificate } from './certificate.ts';
import { controlServer } from './control/control-server.ts';
import { makeAutoReply } from './messages/auto-reply.ts';
import { copyRecords } from './messages/copy-records.ts';
import { deliveryRecords } from './messages/delivery-records.ts';
import { makeHistory } from './messages/history.ts';
import { LateSends } from './messages/late-sends.ts';
import { ledgerRecords } from './messages/ledger-records.ts';
import { PhoneMessage } from './messages/phone-message.ts';
import { makePhones, type Phones } from './messages/phones.ts';
import { PostOffice } from './messages/post-office.ts';
import { makePresenceBoard } from './messages/presence-board.ts';
import { makeReceipts } from './messages/receipts.ts';
import { makeTypingBoard } from './messages/typing-board.ts';
import type { Options } from './options.ts';
import { HangingRequests } from './page-server/hanging-requests.ts';
import { makeLogin } from './page-server/login.ts';
import { bundlePage } from './page-server/page-bundle.ts';
import { makeFrameHandler } from './page-server/page-desk.ts';
import { makePageRoutes } from './page-server/page-routes.ts';
import { PageServer } from './page-server/page-server.ts';
import { makeQueries } from './page-server/queries.ts';
import { Switchboard } from './page-server/switchboard.ts';
import { settingsStore } from './settings.ts';
import { openDatabase } from './storage/database.ts';
import { Journal } from './storage/journal.ts';
import { mediaRecords } from './storage/media-records.ts';

const PAGE_HOST = 'web.whatsapp.com';
const OVERDUE_CHECK_MS = 250;

export interface Service {
  readonly control: string; // URL
  readonly page: string; // host:port
  readonly spki: string;
  stop(): Promise<void>;
}

export async function startService(options: Options): Promise<Service> {
  const bundle = await bundlePage();
  const parts = await buildService(options.isEphemeral ? undefined : options.dataDir);
  const { certificate, control, journal, unlinking } = parts;
  const pages = new PageServer({ ...parts, routes: makePageRoutes({ ...parts, bundle }) });

  const page = await pages.start(options.pagePort);
  const controlUrl = await control.listen({ host: '127.0.0.1', port: options.controlPort });
  const overdueCheck = setInterval(() => unlinking.endOverdue(Date.now()), OVERDUE_CHECK_MS);

  return {
    control: controlUrl,
    page,
    spki: certificate.spki,
    async stop() {
      clearInterval(overdueCheck);
      await Promise.allSettled([control.close(), pages.stop()]);
      journal.close();
    },
  };
}

/** Everything but the ports and the timers. */
async function buildService(dataDir: string | undefined) {
  const database = openDatabase(dataDir);
  const certificate = await serviceCertificate(database, PAGE_HOST);
  const journal = new Journal(database);
  const settings = settingsStore(database);
  const ledger = ledgerRecords(database, journal);
  const copies = copyRecords(database, journal);
  const deliveries = deliveryRecords(database, journal);
  const media = mediaRecords(database, journal);
  const directory = new Directory(accountRecords(database, journal));
  const switchboard = new Switchboard(journal);

  const autoReply = makeAutoReply((account, recipient, text, wireId) =>
    phones.write(account, recipient, PhoneMessage.parse({ to: recipient, text, wireId })),
  );
  const postOffice = new PostOffice({
    directory, ledger, copies, deliveries, switchboard, settings, journal, onDelivered: autoReply,
  });
  const receipts = makeReceipts(directory, copies, switchboard);
  const presence = makePresenceBoard(directory);
  const phones: Phones = makePhones({ directory, copies, media, postOffice, receipts, presence });
  const history = makeHistory(copies, directory, settings);
  const linkDesk = new LinkDesk(directory, settings);
  const typing = makeTypingBoard(directory, switchboard);
  const unlinking = makeUnlinking(directory, switchboard);
  const hanging = new HangingRequests();
  const faults = makeFaults({ directory, linkDesk, switchboard, hanging, settings });

  const records = { journal, settings, ledger, lateSends: new LateSends(), copies, deliveries, media, directory, switchboard };
  const acting = { postOffice, receipts, phones, linkDesk, typing, presence, unlinking, faults, hanging };
  const login = makeLogin({ ...records, receipts, history });
  const queries = makeQueries(directory, linkDesk, history);
  const onFrame = makeFrameHandler({ ...records, ...acting, login, queries });
  const control: FastifyInstance = controlServer({ ...records, ...acting });
  return { ...records, ...acting, certificate, control, onFrame };
}

import type { FaultKind } from '../fault-kinds.ts';
import { freezeBrowser, killBrowser, killRenderer } from './browsers.ts';
import type { Strike } from './fault.ts';
import { drainInstance, freezeInstance, freezeInstanceAndBrowsers, killHost, killInstance, restartRolling, setClock } from './instances.ts';
import {
  cutOffInstance, disorderQueued, duplicateQueued, hangDynamo, hangSqs, loseDynamoAnswers, loseSqsAnswers, redeliverQueued,
  refuseDynamo, refuseSqs, throttleDynamo, throttleSqs,
} from './network.ts';
import { contestPage, coverPage, crashPage, dropPage, hangPage, outdatePage, silencePage } from './pages.ts';
import { fillStore, forbidStore, hideStore } from './snapshots.ts';
import { unlinkNumber } from './unlink.ts';

/** How each kind strikes. */
export const STRIKES: Readonly<Record<FaultKind, Strike>> = {
  'instance-kill': killInstance,
  'lone-instance-kill': killInstance,
  'instance-freeze': freezeInstance,
  'instance-and-browsers-freeze': freezeInstanceAndBrowsers,
  'instance-drain': drainInstance,
  'rolling-restart': restartRolling,
  'instance-cut-off': cutOffInstance,
  'clock-jump': setClock,
  'host-kill': killHost,
  'renderer-kill': killRenderer,
  'browser-kill': killBrowser,
  'browser-freeze': freezeBrowser,
  'dynamodb-cut': refuseDynamo,
  'dynamodb-hang': hangDynamo,
  'dynamodb-throttle': throttleDynamo,
  'dynamodb-lost-answers': loseDynamoAnswers,
  'sqs-cut': refuseSqs,
  'sqs-hang': hangSqs,
  'sqs-throttle': throttleSqs,
  'sqs-lost-answers': loseSqsAnswers,
  'queue-duplicates': duplicateQueued,
  'queue-redelivery': redeliverQueued,
  'queue-disorder': disorderQueued,
  'store-full': fillStore,
  'store-read-only': forbidStore,
  'store-unreadable': hideStore,
  'page-hang': hangPage,
  'page-crash': crashPage,
  'page-silent': silencePage,
  'page-drop': dropPage,
  'page-conflict': contestPage,
  'page-outdated': outdatePage,
  'page-modal': coverPage,
  unlink: unlinkNumber,
};

import type { HangingRequests } from '../page-server/hanging-requests.ts';
import type { PageConnection } from '../page-server/page-connection.ts';
import type { Switchboard } from '../page-server/switchboard.ts';
import type { SettingsStore } from '../settings.ts';
import { type Account, type FaultKind, LASTING_FAULTS, type LastingFault } from './account.ts';
import type { Directory } from './directory.ts';
import type { LinkDesk } from './link-desk.ts';

export interface FaultsOptions {
  readonly directory: Directory;
  readonly linkDesk: LinkDesk;
  readonly switchboard: Switchboard;
  readonly hanging: HangingRequests;
  readonly settings: SettingsStore;
}

/** Everything that goes wrong with the real service and can be asked for here. */
export interface Faults {
  /** Strikes the open pages of the account; a lasting fault also those that connect later, for `forMs` if given. */
  set(account: Account, kind: FaultKind, forMs?: number): void;
  clear(account: Account): void;
}

const isLasting = (kind: FaultKind): kind is LastingFault => LASTING_FAULTS.some((lasting) => lasting === kind);

export function makeFaults({ directory, linkDesk, switchboard, hanging, settings }: FaultsOptions): Faults {
  const clear = (account: Account): void => {
    const wasSilent = account.faults.has('silent');
    account.faults.clear();
    directory.saveFaults(account);
    for (const link of account.links.values()) directory.updateLink(link, { modalDeadline: undefined });
    for (const connection of switchboard.connectionsOf(account)) {
      // What was swallowed is gone: only a new connection resumes from what both sides know.
      if (wasSilent) connection.drop();
      else connection.send({ t: 'do', what: 'dismiss' });
    }
    hanging.release(account.number);
    linkDesk.confirmPasskey(account);
  };

  return {
    set(account, kind, forMs) {
      if (isLasting(kind)) {
        account.faults.add(kind);
        directory.saveFaults(account);
      }
      if (kind === 'modal') startModal(directory, account, settings.current.modalMs);
      for (const connection of switchboard.connectionsOf(account)) strike(connection, kind);
      if (forMs !== undefined) setTimeout(() => clear(account), forMs).unref();
    },
    clear,
  };
}

function startModal(directory: Directory, account: Account, modalMs: number): void {
  const modalDeadline = Date.now() + modalMs;
  for (const link of account.links.values()) directory.updateLink(link, { modalDeadline });
}

function strike(connection: PageConnection, kind: FaultKind): void {
  switch (kind) {
    case 'silent':
    case 'half-open': // the next connection is as good as ever
      connection.isSilent = true;
      break;
    case 'drop':
      connection.drop();
      break;
    case 'conflict':
      connection.send({ t: 'conflict' });
      connection.close();
      break;
    case 'outdated':
      connection.send({ t: 'denied', reason: 'outdated' });
      break;
    case 'modal':
    case 'hang':
    case 'crash':
    case 'leak':
      connection.send({ t: 'do', what: kind });
      break;
    case 'timelock':
    case 'passkey':
    case 'media-gone':
    case 'media-empty':
    case 'media-corrupt':
      break; // looked at when a message, a scan or a download comes
  }
}

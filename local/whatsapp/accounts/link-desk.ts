import { randomBytes, randomInt } from 'node:crypto';
import type { PageConnection } from '../page-server/page-connection.ts';
import type { SettingsStore } from '../settings.ts';
import type { Account, Link } from './account.ts';
import type { Directory } from './directory.ts';
import { lidOf } from '../numbers.ts';

const CODE_ALPHABET = '123456789ABCDEFGHJKLMNPQRSTVWXYZ';
const CODE_LENGTH = 8;

/** A page that shows a QR code, waiting for a phone. */
interface Waiting {
  readonly connection: PageConnection;
  readonly keys: string; // what follows the reference in the QR text
  readonly since: number;
  ref: string;
  expiresAt: number;
  refsLeft: number;
  timer: NodeJS.Timeout;
}

interface PairingCode {
  readonly number: string;
  readonly connection: PageConnection;
  readonly expiresAt: number;
}

export type LinkOutcome =
  | { readonly link: Link }
  | { readonly refused: 'expired' | 'used' | 'banned' | 'other_number' | 'passkey_required' };

export interface WaitingPage {
  readonly qr: string;
  readonly build: string;
  readonly since: string;
  readonly expiresAt: string;
}

/** Where unlinked pages wait, and phones scan. References live in memory: after a restart a page asks for a new one. */
export class LinkDesk {
  readonly #directory: Directory;
  readonly #settings: SettingsStore;
  readonly #waiting = new Map<PageConnection, Waiting>();
  readonly #used = new Set<string>(); // references and codes that linked somebody
  readonly #codes = new Map<string, PairingCode>();
  readonly #atPasskey = new Map<string, PageConnection>(); // by the number that scanned

  constructor(directory: Directory, settings: SettingsStore) {
    this.#directory = directory;
    this.#settings = settings;
  }

  /** Starts a round of references; each replaces the one before, and after the last the page is told to rest. */
  startRound(connection: PageConnection, keys: string): void {
    this.leave(connection);
    const waiting: Waiting = {
      connection,
      keys,
      since: Date.now(),
      ref: '',
      expiresAt: 0,
      refsLeft: this.#settings.current.qrRefs,
      timer: setTimeout(() => {}, 0),
    };
    this.#waiting.set(connection, waiting);
    this.#nextRef(waiting);
  }

  leave(connection: PageConnection): void {
    const waiting = this.#waiting.get(connection);
    if (waiting) clearTimeout(waiting.timer);
    this.#waiting.delete(connection);
    for (const [code, { connection: asker }] of this.#codes) if (asker === connection) this.#codes.delete(code);
  }

  waitingPages(): WaitingPage[] {
    return [...this.#waiting.values()]
      .filter(({ expiresAt }) => expiresAt > Date.now())
      .map(({ ref, keys, connection, since, expiresAt }) => ({
        qr: `${ref},${keys}`,
        build: connection.build,
        since: new Date(since).toISOString(),
        expiresAt: new Date(expiresAt).toISOString(),
      }));
  }

  /** A new code for this page replaces its earlier ones. */
  issueCode(connection: PageConnection, number: string): string {
    for (const [code, { connection: asker }] of this.#codes) if (asker === connection) this.#codes.delete(code);
    const code = Array.from({ length: CODE_LENGTH }, () => CODE_ALPHABET[randomInt(CODE_ALPHABET.length)]).join('');
    this.#codes.set(code, { number, connection, expiresAt: Date.now() + this.#settings.current.pairingCodeTtlMs });
    return code;
  }

  /** `qr` is the whole text of the QR code. */
  linkByQr(account: Account, qr: string): LinkOutcome {
    const ref = qr.split(',', 1)[0] ?? '';
    if (this.#used.has(ref)) return { refused: 'used' };
    const waiting = [...this.#waiting.values()].find((page) => page.ref === ref);
    if (!waiting || waiting.expiresAt <= Date.now() || !waiting.connection.isOpen) return { refused: 'expired' };
    return this.#link(account, waiting.connection, ref);
  }

  linkByCode(account: Account, text: string): LinkOutcome {
    const code = text.replace(/[\s-]/g, '').toUpperCase();
    if (this.#used.has(code)) return { refused: 'used' };
    const pairing = this.#codes.get(code);
    if (!pairing || pairing.expiresAt <= Date.now() || !pairing.connection.isOpen) return { refused: 'expired' };
    if (pairing.number !== account.number) return { refused: 'other_number' };
    return this.#link(account, pairing.connection, code);
  }

  /** The person did on the phone what the page's prompt asks for: linking goes on. */
  confirmPasskey(account: Account): void {
    const connection = this.#atPasskey.get(account.number);
    this.#atPasskey.delete(account.number);
    if (connection?.isOpen) this.#pair(account, connection);
  }

  #link(account: Account, connection: PageConnection, token: string): LinkOutcome {
    if (account.banned) return { refused: 'banned' };
    if (account.faults.has('passkey')) {
      this.leave(connection); // no further code: the page stays at its prompt
      this.#atPasskey.set(account.number, connection);
      connection.send({ t: 'do', what: 'passkey' });
      return { refused: 'passkey_required' };
    }
    this.#used.add(token);
    this.leave(connection);
    return { link: this.#pair(account, connection) };
  }

  #pair(account: Account, connection: PageConnection): Link {
    const link = this.#directory.createLink(account, connection.build);
    connection.send({
      t: 'paired',
      credentials: { link: link.id, secret: link.secret, number: account.number, lid: lidOf(account.number) },
    });
    return link;
  }

  #nextRef(waiting: Waiting): void {
    if (waiting.refsLeft === 0) {
      this.leave(waiting.connection);
      waiting.connection.send({ t: 'rest' });
      return;
    }
    const { qrTtlMs } = this.#settings.current;
    waiting.refsLeft -= 1;
    waiting.ref = `2@${randomBytes(48).toString('base64')}`;
    waiting.expiresAt = Date.now() + qrTtlMs;
    waiting.connection.send({ t: 'ref', ref: waiting.ref });
    waiting.timer = setTimeout(() => this.#nextRef(waiting), qrTtlMs);
  }
}

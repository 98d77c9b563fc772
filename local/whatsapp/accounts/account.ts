/** One registered number: its phone, and the browsers linked to it. */
export interface Account {
  readonly number: string; // bare digits
  name: string;
  online: boolean; // the phone; linked browsers do not need it
  autoRead: boolean | undefined; // undefined: reads at once, unless browsers are linked and a person reads there
  autoReply: string | undefined;
  banned: boolean;
  generation: number; // of the newest link; grows by one at each link
  readonly faults: Set<LastingFault>;
  readonly links: Map<number, Link>;
}

/** What a linked browser proves itself with. */
export interface Link {
  readonly id: number;
  readonly number: string;
  readonly secret: string;
  readonly generation: number;
  build: string; // of the page that last used it
  readonly linkedAt: number; // Unix time in ms
  modalDeadline: number | undefined; // a dialog shown since; the link ends then unless it is dismissed
}

export const LASTING_FAULTS = ['silent', 'timelock', 'passkey', 'outdated', 'hang', 'media-gone', 'media-empty', 'media-corrupt'] as const;
/** Stays until it is cleared. */
export type LastingFault = (typeof LASTING_FAULTS)[number];

export const PASSING_FAULTS = ['drop', 'half-open', 'conflict', 'modal', 'crash', 'leak'] as const;
/** Strikes once the connections that are open. */
export type PassingFault = (typeof PASSING_FAULTS)[number];

export const FAULT_KINDS = [...LASTING_FAULTS, ...PASSING_FAULTS] as const;
export type FaultKind = LastingFault | PassingFault;

export const readsAtOnce = (account: Account): boolean => account.autoRead ?? account.links.size === 0;

export interface Group {
  readonly id: string; // jid
  readonly subject: string;
  readonly admin: string;
  readonly members: readonly string[]; // bare digits, the admin among them
  readonly createdAt: number;
}

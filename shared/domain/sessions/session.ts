import type { DailyQuiet } from '../../contracts/quiet-hours.ts';
import type { OnDemand, PacingProfile } from '../../contracts/api/sessions.ts';
import type { SessionHealth } from '../../contracts/session-events.ts';
import type { DesiredStatus, SessionStatus, StatusReason } from '../../contracts/session-status.ts';

/** Where a session's profile copy lies and when it was last read back and found whole. */
export interface SessionStorage {
  readonly path: string;
  readonly bytes: number;
  readonly verifiedAt: string;
}

/**
 * Intent that is an act, not a state: counters which only grow. An instance acts when a counter exceeds the one it
 * last acted on, so a repeated nudge does nothing and a lost one is made good at the next look.
 */
export interface SessionRequests {
  /** `reconnect`: restart the browser from its profile. */
  readonly restarts: number;
  /** `regenerate-qr`: drop the profile and link anew. */
  readonly relinks: number;
  /** `pairing-code`: ask WhatsApp for a code for `pairingPhoneNumber`. */
  readonly pairings: number;
  readonly pairingPhoneNumber: string | null;
}

/** What the control plane itself wants of a session, and not its user: told when it is carried out. */
export interface Because {
  readonly reason: StatusReason;
  readonly details: string;
}

/** One linked WhatsApp number of a workspace, with its assignment. All times are RFC 3339. */
export interface Session {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string | null;
  readonly provider: 'webjs' | 'meta';
  /** Which number at Meta it is; for provider `meta` only. */
  readonly meta?: { readonly phoneNumberId: string; readonly businessAccountId: string } | null;
  /** Without `quietHours` the fleet's hold; `null`: none. */
  readonly pacing: { readonly profile: PacingProfile; readonly quietHours?: DailyQuiet | null | undefined };
  /** Hibernates while idle; `null`: always connected. */
  readonly onDemand: OnDemand | null;
  readonly desired: DesiredStatus;
  readonly desiredBecause: Because | null;
  readonly requests: SessionRequests;
  /** As `requests.relinks`, of those carried out: a new owner must not take a profile that was to be dropped. */
  readonly relinksDone: number;
  readonly status: SessionStatus;
  /** When it came to this status; `null`: at its creation. */
  readonly statusSince: string | null;
  readonly phoneNumber: string | null;
  readonly isPrimary: boolean;
  /** Which instance runs it; `null` while nobody does. */
  readonly instanceId: string | null;
  /** Grows by one at each assignment; a session is created with 0. */
  readonly fencingToken: number;
  readonly previousInstanceId: string | null;
  readonly migrationCount: number;
  readonly lastMigrationAt: string | null;
  readonly disconnectedAt: string | null;
  readonly disconnectReason: StatusReason | null;
  readonly disconnectDetails: string | null;
  /** Sequence of the newest batch of events that reported on it: what is older and comes again changes nothing. */
  readonly reportedBy: string | null;
  readonly storage: SessionStorage | null;
  readonly health: SessionHealth;
  readonly lastActivityAt: string | null;
  readonly lastConnectedAt: string | null;
  readonly createdAt: string;
  readonly deletedAt: string | null;
  /** When the record of a deleted session goes for good. */
  readonly purgeAfter: string | null;
}

import type { PacingProfile } from '../../contracts/api/sessions.ts';
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

/** One linked WhatsApp number of a workspace, with its assignment. All times are RFC 3339. */
export interface Session {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string | null;
  readonly provider: 'webjs' | 'meta';
  readonly pacing: { readonly profile: PacingProfile };
  readonly desired: DesiredStatus;
  readonly requests: SessionRequests;
  readonly status: SessionStatus;
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
  readonly storage: SessionStorage | null;
  readonly health: SessionHealth;
  readonly lastActivityAt: string | null;
  readonly lastConnectedAt: string | null;
  readonly createdAt: string;
}

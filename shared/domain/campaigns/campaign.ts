import type { CampaignMessage, CampaignStatus } from '../../contracts/api/campaigns.ts';
import type { PacingProfile } from '../../contracts/api/sessions.ts';

export interface Campaign {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly status: CampaignStatus;
  readonly message: CampaignMessage;
  /** Empty in a draft that names none: every linked session at the start. Fixed from the start on. */
  readonly sessionIds: readonly string[];
  readonly pacing: { readonly profile: PacingProfile } | null;
  readonly startAt: number | null; // Unix ms
  readonly total: number; // recipients
  readonly failureReason: string | null;
  readonly createdAt: number; // Unix ms
  readonly statusAt: number; // Unix ms, of its last change of status
  readonly startedAt: number | null; // Unix ms
  readonly completedAt: number | null; // Unix ms
}

export interface Recipient {
  readonly to: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Grows with each `retry`; part of the message id, so that a retry is a new message. */
  readonly attempt: number;
}

/** What happened to the recipients so far; who is in none of these is still queued. */
export interface CampaignCounts {
  readonly sending: number;
  readonly sent: number;
  readonly delivered: number;
  readonly read: number;
  readonly failed: number;
  readonly skipped: number;
}

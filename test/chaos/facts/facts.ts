import type { CampaignStats } from '../../../shared/contracts/api/campaigns.ts';
import type { MessageStatus } from '../../../shared/contracts/message.ts';
import type { LateSend, LedgerEntry } from '../../../local/client/phones-client.ts';
import type { WrittenMessage } from '../records.ts';
import type { UnexpectedLinking } from '../session-watch.ts';
import type { StatusHistory } from '../status-watch.ts';
import type { ReceivedByUs } from './chat-history.ts';

/** A message that was accepted, as Blazz tells of it in the end. */
export interface FinalMessage {
  readonly id: string | null; // a campaign that never came to a recipient has none
  readonly to: string;
  readonly text: string;
  readonly status: MessageStatus;
  readonly failure: string | null;
}

/** What one phone holds: one entry a wire id. */
export interface HeldByPhone {
  readonly number: string;
  readonly from: string;
  readonly text: string;
  readonly wireId: string;
  readonly copies: number;
}

export interface FinalCampaign {
  readonly id: string;
  readonly stats: CampaignStats;
  /** Its recipients by status, counted one by one. */
  readonly recount: Readonly<Record<string, number>>;
}

export interface FinalLink {
  readonly sessionId: string;
  readonly number: string;
  readonly generations: number; // how often it was linked; 0: it is not
  readonly unlinked: number; // how often a person removed it
}

/** Everything the invariants are checked against, collected once all is at rest. */
export interface Facts {
  readonly messages: readonly FinalMessage[];
  readonly held: readonly HeldByPhone[];
  readonly ledger: readonly LedgerEntry[];
  readonly lateSends: readonly LateSend[];
  readonly written: readonly WrittenMessage[];
  readonly received: readonly ReceivedByUs[];
  readonly links: readonly FinalLink[];
  readonly unexpected: readonly UnexpectedLinking[];
  readonly campaigns: readonly FinalCampaign[];
  readonly statuses: StatusHistory;
}

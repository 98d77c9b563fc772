/** A number of ours, linked as a session. */
export interface LinkedNumber {
  readonly sessionId: string;
  readonly number: string;
}

/** A message that Blazz has accepted. Every text is unique for its recipient. */
export interface AcceptedMessage {
  readonly id: string;
  readonly to: string;
  readonly text: string;
}

export interface StartedCampaign {
  readonly id: string;
  readonly text: string;
  readonly recipients: readonly string[];
}

/** What a phone wrote to one of our numbers. */
export interface WrittenMessage {
  readonly from: string;
  readonly session: LinkedNumber;
  readonly text: string;
}

/** What happened while it ran, as those who made it happen know it. */
export interface Records {
  readonly direct: AcceptedMessage[];
  readonly campaigns: StartedCampaign[];
  readonly written: WrittenMessage[];
  /** Sessions whose device a person removed, once for each time. */
  readonly unlinked: string[];
  /** Numbers nobody writes to for now. */
  readonly quiet: Set<string>;
}

export const newRecords = (): Records => ({ direct: [], campaigns: [], written: [], unlinked: [], quiet: new Set() });

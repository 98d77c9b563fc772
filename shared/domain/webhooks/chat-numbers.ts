/** What one publication wants numbered in one chat. */
export interface ChatEvents {
  readonly chatId: string;
  /** In the order in which they are numbered. */
  readonly eventIds: readonly string[];
  /** Whether any of them begins the numbering, where there is none yet. */
  readonly begins: boolean;
}

/** How many events back a chat knows which number it gave to which. */
export const NUMBERS_REMEMBERED = 32;

export interface ChatNumbers {
  /**
   * Numbers the events of each chat on from its last one, from 1. An event among a chat's last `NUMBERS_REMEMBERED`, or
   * among as many as came with it, gets the number it has. Events of a chat that was never begun are left out.
   */
  take(workspaceId: string, chats: readonly ChatEvents[]): Promise<ReadonlyMap<string, number>>;
}

/** When a job of a queue was taken last, and how long it had waited by then. */
export interface TakenNote {
  readonly at: number; // Unix ms
  readonly waitedMs: number;
}

export interface TakenNotes {
  note(queue: string, taken: TakenNote): Promise<void>;
  /** By queue; one that never noted anything is missing. */
  find(queues: readonly string[]): Promise<ReadonlyMap<string, TakenNote>>;
}

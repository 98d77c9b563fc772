import type { SessionView } from '../../shared/contracts/api/sessions.ts';

export interface Takeover {
  readonly sessionId: string;
  readonly cause: string; // the kind of fault
  readonly ms: number;
  /** Nothing else was broken while it took place. */
  readonly isUndisturbed: boolean;
}

interface Pending {
  readonly sessionId: string;
  readonly from: string;
  readonly connectedBefore: string | null;
  readonly cause: string;
  readonly since: number;
  isUndisturbed: boolean;
}

/** Measures from the moment an instance dies until each of its sessions says it is connected on another one. */
export class TakeoverClock {
  readonly done: Takeover[] = [];
  #pending: Pending[] = [];

  /** Call just before the blow. A session that is being taken over already keeps its clock. */
  expect(sessions: readonly SessionView[], instanceId: string, cause: string, isUndisturbed: boolean): void {
    for (const { id, status, lastConnectedAt } of sessions) {
      if (status !== 'connected' || this.#pending.some(({ sessionId }) => sessionId === id)) continue;
      this.#pending.push({ sessionId: id, from: instanceId, connectedBefore: lastConnectedAt, cause, since: performance.now(), isUndisturbed });
    }
  }

  /** Something else breaks: what is under way shows no more how long a takeover takes by itself. */
  disturb(): void {
    for (const pending of this.#pending) pending.isUndisturbed = false;
  }

  note(view: SessionView): void {
    const pending = this.#pending.find(({ sessionId }) => sessionId === view.id);
    if (!pending || !isTakenOver(view, pending)) return;
    const { sessionId, cause, since, isUndisturbed } = pending;
    this.#pending = this.#pending.filter((other) => other !== pending);
    this.done.push({ sessionId, cause, isUndisturbed, ms: performance.now() - since });
  }
}

/** For a moment after the move the record still shows the status of the owner before. */
const isTakenOver = ({ status, instance, lastConnectedAt }: SessionView, { from, connectedBefore }: Pending): boolean =>
  status === 'connected' && instance !== null && instance.id !== from && lastConnectedAt !== connectedBefore;

export interface WeightedSession {
  readonly id: string;
  /** Its part of the work compared with the others', such as the budget it has left. Above 0. */
  readonly weight: number;
}

/**
 * Chooses a session for each recipient, in their order: who was talked to from one of them hears from that one again,
 * the others go round in proportion to the weights. Sticky choices count as a session's turns, so the totals stay even.
 *
 * @param offset turns already taken, so that many small rounds do not all begin with the same session
 */
export function spread(
  recipients: readonly string[],
  sessions: readonly WeightedSession[],
  lastSessionOf: ReadonlyMap<string, string>,
  offset = 0,
): ReadonlyMap<string, string> {
  const turns = new Turns(sessions, offset);
  return new Map(recipients.map((to) => [to, turns.take(lastSessionOf.get(to))]));
}

/** Smooth weighted round robin: the most owed goes next, and pays for its turn what all others together earn. */
class Turns {
  readonly #owed: Map<string, number>;
  readonly #sessions: readonly WeightedSession[];
  readonly #price: number;

  constructor(sessions: readonly WeightedSession[], offset: number) {
    if (sessions.length === 0) throw new RangeError('a campaign needs a session');
    this.#sessions = sessions;
    this.#price = sessions.reduce((sum, { weight }) => sum + weight, 0);
    this.#owed = new Map(sessions.map(({ id }) => [id, 0]));
    for (let turn = 0; turn < offset % sessions.length; turn++) this.take(undefined);
  }

  take(wanted: string | undefined): string {
    for (const { id, weight } of this.#sessions) this.#owe(id, weight);
    const chosen = wanted !== undefined && this.#owed.has(wanted) ? wanted : this.#mostOwed();
    this.#owe(chosen, -this.#price);
    return chosen;
  }

  #owe(id: string, amount: number): void {
    this.#owed.set(id, (this.#owed.get(id) ?? 0) + amount);
  }

  #mostOwed(): string {
    const [first, ...others] = [...this.#owed];
    return others.reduce((most, entry) => (entry[1] > most[1] ? entry : most), first as [string, number])[0];
  }
}

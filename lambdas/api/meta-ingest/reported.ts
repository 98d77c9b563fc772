import type { SessionEvent } from '../../../shared/contracts/session-events.ts';

/** One thing Meta told about a number, in our words. `key` is what makes it this one, so that it is known when it comes again. */
export interface Reported {
  readonly phoneNumberId: string;
  readonly key: string;
  readonly events: readonly SessionEvent[];
}

/** Meta tells whole seconds. */
export const instantOf = (seconds: string): string => new Date(Number(seconds) * 1_000).toISOString();

export const phoneNumberOf = (waId: string | undefined): string | null => (waId !== undefined && /^\d{5,20}$/.test(waId) ? `+${waId}` : null);

/** Both names of one person, if Meta told both. */
export const identityEvent = (at: string, phoneNumber: string | null, bsuid: string | undefined, name: string | null): SessionEvent[] =>
  phoneNumber !== null && bsuid !== undefined ? [{ type: 'contact.identity', at, phoneNumber, lid: null, bsuid, name }] : [];

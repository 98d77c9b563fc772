import { DomainError } from '../errors.ts';
import type { MetaCredentials } from './credentials.ts';
import type { Graph, GraphFailure, GraphNumber } from './graph.ts';

/** Meta's codes for a token that is not, or no longer, good. */
const TOKEN_CODES = [0, 10, 102, 190, 200, 463, 467];

/**
 * Asks Meta whether the token is good for the account and the account has the number, and has Meta send us what comes
 * for it. Throws `meta_credentials_refused` naming the field, or `meta_unavailable`.
 */
export async function checkCredentials(graph: Pick<Graph, 'numbersOf' | 'subscribe'>, credentials: MetaCredentials): Promise<GraphNumber> {
  const numbers = await graph.numbersOf(credentials);
  if (numbers.outcome !== 'ok') throw failed(numbers);
  const number = numbers.value.find(({ id }) => id === credentials.phoneNumberId);
  if (!number) throw refused('phoneNumberId', 'is not a number of this business account');
  const subscribed = await graph.subscribe(credentials);
  if (subscribed.outcome !== 'ok') throw failed(subscribed);
  return number;
}

function failed(failure: GraphFailure): DomainError {
  if (failure.outcome !== 'refused' || failure.status >= 500) {
    return new DomainError('unavailable', 'meta_unavailable', 'Meta does not answer. Try again shortly.', { retryAfterSeconds: 10 });
  }
  if (failure.status === 429 || failure.code === 4 || failure.code === 80008) {
    return new DomainError('throttled', 'meta_busy', 'Meta takes no more calls for this account now. Try again later.', { retryAfterSeconds: failure.retryAfter ?? 60 });
  }
  if (TOKEN_CODES.includes(failure.code)) return refused('accessToken', `is refused by Meta (${failure.code})`);
  return refused('businessAccountId', `is not an account this token is good for (Meta ${failure.code})`);
}

const refused = (field: keyof MetaCredentials, message: string): DomainError =>
  new DomainError('invalid', 'meta_credentials_refused', `Meta does not take these credentials: ${field} ${message}.`, {
    fields: [{ path: `meta.${field}`, message }],
  });

import type { webhookRoutes } from '../../../shared/contracts/api/routes/webhooks.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { PreviousSecret, Webhook, Webhooks } from '../../../shared/domain/webhooks/webhooks.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import type { Operation } from '../../http/api-request.ts';
import { newSecret } from './new-secret.ts';
import { webhookView } from './webhook-view.ts';

const HOUR_MS = 3_600_000;
/** Each signs every request; more than that would be somebody's loop. */
const MOST_PREVIOUS = 2;

export interface RotateSecretDeps {
  readonly webhooks: Pick<Webhooks, 'get' | 'rotate'>;
}

/** A request that is repeated under its key shows the secret its first try put in place. No overlap ends every old one. */
export const makeRotateSecret = ({ webhooks }: RotateSecretDeps): Operation<(typeof webhookRoutes)['rotateSecret']> =>
  async ({ workspaceId, params: { id }, body: { overlapHours }, now, seed }) => {
    const before = await webhooks.get(workspaceId, id);
    const rotationId = derivedId('rot', now, id, seed);
    const previousSecrets = overlapHours === 0 ? [] : previousOf(before, now, now + overlapHours * HOUR_MS);
    const rotation = { secret: newSecret(), previousSecrets, rotationId };
    const webhook = before.rotationId === rotationId ? before : await webhooks.rotate(workspaceId, id, before.secret, rotation);
    if (!webhook) throw beingRotated();
    return { status: 200, body: { ...webhookView(webhook, now), secret: webhook.secret } };
  };

const previousOf = ({ secret, previousSecrets }: Webhook, now: number, until: number): readonly PreviousSecret[] =>
  [{ secret, until }, ...previousSecrets.filter((old) => old.until > now)].slice(0, MOST_PREVIOUS);

const beingRotated = (): DomainError =>
  new DomainError('conflict', 'secret_being_rotated', 'Somebody else replaces this secret right now. Look whether that is what you wanted, then try again.');

import type { metaIngestRoutes } from '../../../shared/contracts/api/routes/meta-ingest.ts';
import { WebhookFrame } from '../../../shared/contracts/meta/webhook.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import type { MetaAccounts } from '../../../shared/domain/meta/credentials.ts';
import type { SessionEventQueue } from '../../../shared/domain/session-events/session-event-queue.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import type { Operation } from '../../http/api-request.ts';
import { parseField } from '../../http/field-errors.ts';
import { HttpRefusal } from '../../http/http-refusal.ts';
import { parseJson } from '../../http/request-body.ts';
import { isSameText, isSignedByMeta } from './hub-signature.ts';
import { readWebhook, type ReadWebhook } from './read-webhook.ts';
import { sessionBatches, type KeyedEvents } from './session-batches.ts';

export interface IngestWebhookDeps {
  readonly readAppSecret: () => Promise<string>;
  readonly sessions: Pick<Sessions, 'find'>;
  readonly numbers: Pick<MetaAccounts, 'ownerOf' | 'ownersOf'>;
  readonly events: SessionEventQueue;
  readonly clock: Clock;
  /** Tells how much nobody here wanted: numbers of no session, and what we do not understand. */
  readonly count: (name: 'MetaNumberUnknown' | 'MetaPassedOver', value: number) => void;
}

type Routes = typeof metaIngestRoutes;

/** Answers the handshake of Meta. */
export const makeVerifyWebhook =
  (readVerifyToken: () => Promise<string>): Operation<Routes['verifyMetaWebhook']> =>
  async ({ query }) => {
    if (!isSameText(query['hub.verify_token'], await readVerifyToken())) {
      throw new HttpRefusal(403, 'wrong_verify_token', 'The verify token is not ours. Type in the one from Secrets Manager.');
    }
    return { status: 200, media: { contentType: 'text/plain', data: query['hub.challenge'] } };
  };

/**
 * Takes a batch of Meta: all of it lies on the queue when we answer 200, or Meta sends it again. What of it was there
 * before changes nothing: batches and messages are known by Meta's ids.
 */
export const makeIngestWebhook =
  (deps: IngestWebhookDeps): Operation<Routes['ingestMetaWebhook']> =>
  async ({ text = '', headers }) => {
    if (!isSignedByMeta(text, headers.get('x-hub-signature-256'), await deps.readAppSecret())) {
      throw new HttpRefusal(401, 'bad_signature', 'X-Hub-Signature-256 is not that of this body under the app secret.');
    }
    const webhook = readWebhook(parseField(WebhookFrame, parseJson(text)), new Date(deps.clock.now()).toISOString());
    deps.count('MetaPassedOver', webhook.passedOver);
    return { status: 200, body: { accepted: (await takeReported(deps, webhook)) + (await takeTemplates(deps, webhook)) } };
  };

/** Returns how many events were taken. */
async function takeReported(deps: IngestWebhookDeps, { reported }: ReadWebhook): Promise<number> {
  let taken = 0;
  for (const [phoneNumberId, told] of Map.groupBy(reported, (one) => one.phoneNumberId)) {
    const owner = await deps.numbers.ownerOf(phoneNumberId);
    const session = owner && (await deps.sessions.find(owner.sessionId));
    if (session && session.desired !== 'deleted') taken += await send(deps, session, told);
    else deps.count('MetaNumberUnknown', told.length);
  }
  return taken;
}

async function send({ events }: IngestWebhookDeps, session: Session, told: readonly KeyedEvents[]): Promise<number> {
  for (const batch of sessionBatches(session, told)) await events.send(batch); // in order: they are one session's
  return told.reduce((sum, one) => sum + one.events.length, 0);
}

/** News of a template name an account and no number: each workspace hears it through one of its sessions. */
async function takeTemplates(deps: IngestWebhookDeps, { templates }: ReadWebhook): Promise<number> {
  let taken = 0;
  for (const event of templates) {
    const owners = new Map((await deps.numbers.ownersOf(event.businessAccountId)).map((owner) => [owner.workspaceId, owner]));
    const { name, language, status, reason } = event;
    for (const { sessionId } of owners.values()) {
      const session = await deps.sessions.find(sessionId);
      if (session) taken += await send(deps, session, [{ key: `template:${JSON.stringify([name, language, status, reason, event.at])}`, events: [event] }]);
    }
  }
  return taken;
}

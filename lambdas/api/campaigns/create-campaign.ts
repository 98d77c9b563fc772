import type { CampaignMessage, CreateCampaignRequest } from '../../../shared/contracts/api/campaigns.ts';
import type { campaignRoutes } from '../../../shared/contracts/api/routes/campaigns.ts';
import { takeStep } from '../../../shared/domain/campaigns/campaign-state.ts';
import { requireSessions } from '../../../shared/domain/campaigns/campaign-sessions.ts';
import type { Campaign } from '../../../shared/domain/campaigns/campaign.ts';
import type { Campaigns } from '../../../shared/domain/campaigns/campaigns.ts';
import type { AttachMedia } from '../../../shared/domain/media/attach-media.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import type { ApiRequest, Operation } from '../../http/api-request.ts';
import { viewOf } from './campaign-view.ts';
import { requireVariables, templateOf } from './check-recipients.ts';

export interface CreateCampaignDeps {
  readonly campaigns: Campaigns;
  readonly sessions: Pick<Sessions, 'get'>;
  readonly attachMedia: AttachMedia;
  readonly allowUnlimitedPacing: boolean;
}

type Route = typeof campaignRoutes.createCampaign;

/** Characters of base64. Each message carries its content, so a file in it is stored once a recipient. */
const MAX_INLINE_MEDIA = 32_768;

/**
 * Makes a draft with its recipients, then schedules it if asked to: it cannot start before it is complete. Repeated
 * after a crash it finds what is there and adds the rest.
 */
export const makeCreateCampaign = (deps: CreateCampaignDeps): Operation<Route> => async (request) => {
  const { campaigns } = deps;
  await check(deps, request);
  const draft = draftOf(request, await withMedia(deps, request));
  await campaigns.insert(draft);
  const recipients = request.body.recipients ?? [];
  if (recipients.length > 0) await campaigns.addRecipients(draft, recipients.map((recipient) => ({ ...recipient, attempt: 0 })));
  if (draft.startAt !== null) await takeStep(campaigns, 'schedule', draft);
  return { status: 201, body: await viewOf(campaigns, await campaigns.get(draft.workspaceId, draft.id)) };
};

async function check(deps: CreateCampaignDeps, { body, now, workspaceId }: ApiRequest<Route>): Promise<void> {
  const { sessions, allowUnlimitedPacing } = deps;
  requireVariables(templateOf(body.message), body.recipients ?? []);
  requireSmallMedia(body.message);
  if (body.schedule && Date.parse(body.schedule.startAt) <= now) {
    throw refuse('schedule.startAt', 'start_in_the_past', 'must be in the future');
  }
  if (body.pacing?.profile === 'unlimited' && !allowUnlimitedPacing) {
    throw refuse('pacing.profile', 'unlimited_pacing_not_allowed', 'unlimited is not allowed here: it gets numbers banned');
  }
  await requireSessions(sessions, workspaceId, body.sessionIds ?? []);
}

/** What every number of the campaign can send: the Cloud API takes smaller files. */
async function withMedia({ sessions, attachMedia }: CreateCampaignDeps, { body, workspaceId }: ApiRequest<Route>): Promise<CampaignMessage> {
  if (!('media' in body.message)) return body.message;
  const named = await Promise.all((body.sessionIds ?? []).map((id) => sessions.get(workspaceId, id)));
  const provider = named.some((session) => session.provider === 'meta') ? 'meta' : 'webjs';
  return attachMedia(workspaceId, body.message, provider, 'message.');
}

function requireSmallMedia(content: CampaignMessage): void {
  const inline = 'media' in content ? content.media.base64 : undefined;
  if (inline === undefined || inline.length <= MAX_INLINE_MEDIA) return;
  const message = `may have ${MAX_INLINE_MEDIA} characters in a campaign; larger files go by id (POST /v1/media) or url`;
  throw refuse('message.media.base64', 'media_too_large_inline', message);
}

const refuse = (path: string, code: string, message: string): DomainError =>
  new DomainError('invalid', code, `${path} ${message}.`, { fields: [{ path, message }] });

function draftOf({ workspaceId, body, now, seed }: ApiRequest<Route>, message: CampaignMessage): Campaign {
  const { name, sessionIds = [], pacing, schedule }: CreateCampaignRequest = body;
  return {
    id: derivedId('cmp', now, workspaceId, 'campaign', seed),
    workspaceId,
    name,
    status: 'draft',
    message,
    sessionIds: [...new Set(sessionIds)],
    pacing: pacing ?? null,
    startAt: schedule ? Date.parse(schedule.startAt) : null,
    total: 0,
    failureReason: null,
    createdAt: now,
    statusAt: now,
    startedAt: null,
    completedAt: null,
  };
}

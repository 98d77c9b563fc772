import type { RecipientView } from '../../../shared/contracts/api/campaigns.ts';
import type { MessageStatus } from '../../../shared/contracts/message.ts';
import type { campaignRoutes } from '../../../shared/contracts/api/routes/campaigns.ts';
import type { Campaign, Recipient } from '../../../shared/domain/campaigns/campaign.ts';
import type { Campaigns } from '../../../shared/domain/campaigns/campaigns.ts';
import type { Messages, StoredMessage } from '../../../shared/domain/outbox/messages.ts';
import type { Page, PageRequest } from '../../../shared/domain/page.ts';
import { campaignMessageIdOf } from '../../../shared/identity/campaign-message-identity.ts';
import type { Operation } from '../../http/api-request.ts';

export interface ListRecipientsDeps {
  readonly campaigns: Pick<Campaigns, 'get' | 'listRecipients'>;
  readonly messages: Pick<Messages, 'getMany'>;
}

/** Recipients looked at a step, and a request, when a filter may drop most of them: the cursor leads on from there. */
const STEP = 200;
const LOOKED_AT_LIMIT = 20_000;

/** Recipients with what became of their messages, whose ids are derived. A filter scans on until the page is full. */
export const makeListRecipients = (deps: ListRecipientsDeps): Operation<typeof campaignRoutes.listRecipients> =>
  async ({ workspaceId, params, query: { status, ...page } }) => {
    const campaign = await deps.campaigns.get(workspaceId, params.id);
    const rows = status === undefined ? rowsPage(deps, campaign, page) : filtered(deps, campaign, page, status);
    const { items, cursor } = await rows;
    return { status: 200, body: { data: items, nextCursor: cursor ?? null } };
  };

async function filtered(
  deps: ListRecipientsDeps,
  campaign: Campaign,
  { limit, cursor: start }: PageRequest,
  status: MessageStatus,
): Promise<Page<RecipientView>> {
  const found: RecipientView[] = [];
  let cursor = start;
  for (let lookedAt = 0; lookedAt < LOOKED_AT_LIMIT; lookedAt += STEP) {
    const step = await firstOf(deps, campaign, cursor, status, limit - found.length);
    found.push(...step.items);
    cursor = step.cursor;
    if (cursor === undefined || found.length === limit) break;
  }
  return { items: found, cursor };
}

/** One step's rows of a status, `wanted` at most: a step with more is read again as far as they go, for its cursor. */
async function firstOf(
  deps: ListRecipientsDeps,
  campaign: Campaign,
  cursor: string | undefined,
  status: MessageStatus,
  wanted: number,
): Promise<Page<RecipientView>> {
  const page = await rowsPage(deps, campaign, { limit: STEP, cursor });
  const places = page.items.flatMap((row, place) => (row.status === status ? [place] : []));
  const last = places[wanted - 1];
  const isAll = last === undefined || last === page.items.length - 1;
  const read = isAll ? page : await rowsPage(deps, campaign, { limit: last + 1, cursor });
  return { items: read.items.filter((row) => row.status === status).slice(0, wanted), cursor: read.cursor };
}

async function rowsPage(deps: ListRecipientsDeps, campaign: Campaign, page: PageRequest): Promise<Page<RecipientView>> {
  const { items, cursor } = await deps.campaigns.listRecipients(campaign.id, page);
  const ids = items.map((recipient) => messageIdFor(campaign, recipient));
  const found = campaign.startedAt === null ? NO_MESSAGES : await deps.messages.getMany(campaign.workspaceId, ids);
  return { items: items.map((recipient, i) => rowOf(campaign, recipient, found.get(ids[i] ?? ''))), cursor };
}

const NO_MESSAGES: ReadonlyMap<string, StoredMessage> = new Map();

const messageIdFor = ({ workspaceId, id, startedAt }: Campaign, { to, attempt }: Recipient): string =>
  campaignMessageIdOf(workspaceId, id, startedAt ?? 0, to, attempt);

const rowOf = (campaign: Campaign, { to, variables }: Recipient, message: StoredMessage | undefined): RecipientView => ({
  to,
  variables: { ...variables },
  status: statusOf(campaign, message),
  messageId: message?.id ?? null,
  sessionId: message?.sessionId ?? null,
  failure: message?.failure ?? null,
});

/** As the stats count it: `played` under `read`, and what a campaign that was called off left queued as `skipped`. */
function statusOf({ status: campaignStatus }: Campaign, message: StoredMessage | undefined): MessageStatus {
  const status = message?.status ?? 'queued';
  if (status === 'played') return 'read';
  const isCalledOff = campaignStatus === 'cancelled' || campaignStatus === 'failed';
  return status === 'queued' && isCalledOff ? 'skipped' : status;
}

import type { AddRecipientsResult } from '../../../shared/contracts/api/campaigns.ts';
import type { campaignRoutes } from '../../../shared/contracts/api/routes/campaigns.ts';
import type { Campaign } from '../../../shared/domain/campaigns/campaign.ts';
import type { Campaigns } from '../../../shared/domain/campaigns/campaigns.ts';
import type { Operation } from '../../http/api-request.ts';
import { templateOf } from './check-recipients.ts';
import { checkRows, type CheckedRows } from './recipient-rows.ts';

export interface AddRecipientsDeps {
  readonly campaigns: Pick<Campaigns, 'get' | 'addRecipients'>;
}

/** Takes the good rows and names the others. Rows that are there already are among the others, so a repeat is no harm. */
export const makeAddRecipients = ({ campaigns }: AddRecipientsDeps): Operation<typeof campaignRoutes.addRecipients> =>
  async ({ workspaceId, params, body, text }) => {
    const campaign = await campaigns.get(workspaceId, params.id);
    const rows = text === undefined ? body.recipients : await rowsOfCsv(text);
    const checked = checkRows(templateOf(campaign.message), rows);
    return { status: 202, body: await addChecked(campaigns, campaign, checked) };
  };

/** The parser is loaded only when a CSV comes. */
async function rowsOfCsv(text: string): Promise<readonly unknown[]> {
  const { recipientsFromCsv } = await import('./recipients-csv.ts');
  return recipientsFromCsv(text);
}

async function addChecked(
  campaigns: AddRecipientsDeps['campaigns'],
  campaign: Campaign,
  { good, rejected }: CheckedRows,
): Promise<AddRecipientsResult> {
  const recipients = [...good.values()].map((recipient) => ({ ...recipient, attempt: 0 }));
  const there = new Set(await campaigns.addRecipients(campaign, recipients));
  const known = [...good].filter(([, { to }]) => there.has(to)).map(([row]) => ({ row, reason: 'is among the recipients already' }));
  return { accepted: good.size - known.length, rejected: [...rejected, ...known].sort((a, b) => a.row - b.row) };
}

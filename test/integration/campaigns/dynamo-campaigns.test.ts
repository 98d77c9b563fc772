import { dynamoCampaigns } from '../../../shared/adapters/dynamodb/dynamo-campaigns.ts';
import { describeCampaigns } from '../../contract/campaigns.contract.ts';
import { startDynamo } from '../../support/dynamodb.ts';

describeCampaigns('dynamoCampaigns', async (clock) => {
  const { doc, tables, stop } = await startDynamo();
  return { campaigns: dynamoCampaigns(doc, tables.core, clock), stop };
});

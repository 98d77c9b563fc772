import { describeCampaigns } from '../../contract/campaigns.contract.ts';
import { memoryCampaigns } from '../../support/fakes/memory-campaigns.ts';

describeCampaigns('memoryCampaigns', async (clock) => ({ campaigns: memoryCampaigns(clock), stop: async () => {} }));

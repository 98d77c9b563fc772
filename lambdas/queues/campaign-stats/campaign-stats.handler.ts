import { documentClient, sqsClient } from '../../../shared/adapters/clients.ts';
import { dynamoCampaigns } from '../../../shared/adapters/dynamodb/dynamo-campaigns.ts';
import { eventPublisher } from '../../../shared/adapters/event-publisher.ts';
import { CampaignStatsEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { CampaignStatsJob } from '../../../shared/contracts/realtime.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import { queueHandler } from '../../queue/queue-handler.ts';
import { makePublishCampaignStats } from './publish-campaign-stats.ts';

const config = loadConfig(CampaignStatsEnv);
const doc = documentClient();

const publishCampaignStats = makePublishCampaignStats({
  campaigns: dynamoCampaigns(doc, config.CORE_TABLE),
  publishEvents: eventPublisher(doc, sqsClient(), config),
  eventIdOf: (atMs, ...parts) => derivedId('evt', atMs, ...parts),
});

export const handler = queueHandler(CampaignStatsJob, publishCampaignStats);

import { describeOptedOutMessages } from '../../contract/opted-out-messages.contract.ts';
import { memoryCampaigns } from '../../support/fakes/memory-campaigns.ts';
import { memoryMessageTable } from '../../support/fakes/memory-message-table.ts';
import { memoryMessages } from '../../support/fakes/memory-messages.ts';
import { memoryOptedOutMessages } from '../../support/fakes/memory-opted-out-messages.ts';
import { memoryOutbox } from '../../support/fakes/memory-outbox.ts';

describeOptedOutMessages('memoryOptedOutMessages', async () => {
  const table = memoryMessageTable();
  const campaigns = memoryCampaigns();
  const optedOutMessages = memoryOptedOutMessages(table, campaigns);
  return { optedOutMessages, campaigns, messages: memoryMessages(table), outbox: memoryOutbox(table), stop: async () => {} };
});

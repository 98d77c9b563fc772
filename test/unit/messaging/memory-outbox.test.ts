import { describeOutbox } from '../../contract/outbox.contract.ts';
import { memoryMessageTable } from '../../support/fakes/memory-message-table.ts';
import { memoryOutbox } from '../../support/fakes/memory-outbox.ts';

describeOutbox('memoryOutbox', async () => {
  const table = memoryMessageTable();
  return {
    outbox: memoryOutbox(table),
    setFencingToken: async (sessionId, token) => void table.fencingTokens.set(sessionId, token),
    setLeaseToken: async (sessionId, token) => void table.leaseTokens.set(sessionId, token),
    setCampaignRunning: async (campaignId, isRunning) =>
      void (isRunning ? table.runningCampaigns.add(campaignId) : table.runningCampaigns.delete(campaignId)),
    sendingCount: async (campaignId, sessionId) => table.sendingCounts.get(`${campaignId} ${sessionId}`) ?? 0,
    stop: async () => {},
  };
});

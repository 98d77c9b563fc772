import type { Campaigns } from '../../../shared/domain/campaigns/campaigns.ts';
import { OPTED_OUT, type OptedOutMessages } from '../../../shared/domain/contacts/opted-out-messages.ts';
import { queuedRow, type MemoryMessageTable, type MessageRow } from './memory-message-table.ts';

/** On the rows the other ports in memory share; counts where a campaign's counts are. */
export function memoryOptedOutMessages(table: MemoryMessageTable, campaigns: Pick<Campaigns, 'addCounts'>): OptedOutMessages {
  const skip = async (row: MessageRow): Promise<void> => {
    if ((table.rows.get(row.id) ?? row).status !== 'queued') return;
    table.rows.set(row.id, { ...row, status: 'skipped', failure: OPTED_OUT });
    await campaigns.addCounts(row.campaignId ?? '', row.sessionId, { skipped: 1 });
  };
  return {
    async insertSkipped(messages) {
      for (const message of messages) if (!table.rows.has(message.id)) await skip(queuedRow(message));
    },
    async skipQueued(workspaceId, peer) {
      const rows = [...table.rows.values()].filter((row) => row.workspaceId === workspaceId && row.peer === peer && row.status === 'queued' && row.campaignId !== null);
      for (const row of rows) await skip(row);
      return [...new Set(rows.map(({ campaignId }) => campaignId ?? ''))];
    },
  };
}

import { describeArrivals } from '../../contract/arrivals.contract.ts';
import { describeMetaAccounts } from '../../contract/meta-accounts.contract.ts';
import { describeTemplates } from '../../contract/templates.contract.ts';
import { memoryArrivals } from '../../support/fakes/memory-arrivals.ts';
import { memoryMetaAccounts } from '../../support/fakes/memory-meta-accounts.ts';
import { memorySessions } from '../../support/fakes/memory-sessions.ts';
import { memoryTemplates } from '../../support/fakes/memory-templates.ts';

const stop = async (): Promise<void> => undefined;

describeMetaAccounts('memoryMetaAccounts', async () => {
  const sessions = memorySessions();
  const isLive = async (id: string): Promise<boolean> => ((await sessions.find(id))?.desired ?? 'deleted') !== 'deleted';
  return { accounts: memoryMetaAccounts(isLive), sessions, stop };
});
describeArrivals('memoryArrivals', async () => ({ arrivals: memoryArrivals(), stop }));
describeTemplates('memoryTemplates', async () => ({ templates: memoryTemplates(), stop }));

import { describeMessages } from '../../contract/messages.contract.ts';
import { memoryMessageTable } from '../../support/fakes/memory-message-table.ts';
import { memoryMessages } from '../../support/fakes/memory-messages.ts';
import { memoryOutbox } from '../../support/fakes/memory-outbox.ts';

describeMessages('memoryMessages', async () => {
  const table = memoryMessageTable();
  return {
    messages: memoryMessages(table),
    outbox: memoryOutbox(table),
    setFencingToken: async (sessionId, token) => void table.fencingTokens.set(sessionId, token),
    stop: async () => {},
  };
});

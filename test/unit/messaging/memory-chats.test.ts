import { describeChats } from '../../contract/chats.contract.ts';
import { memoryChats } from '../../support/fakes/memory-chats.ts';
import { memoryMessageTable } from '../../support/fakes/memory-message-table.ts';
import { memoryOutbox } from '../../support/fakes/memory-outbox.ts';
import { memoryPeers } from '../../support/fakes/memory-peers.ts';

describeChats('memoryChats and memoryPeers', async () => {
  const table = memoryMessageTable();
  return { chats: memoryChats(table), peers: memoryPeers(), outbox: memoryOutbox(table), tick: () => {}, stop: async () => {} };
});

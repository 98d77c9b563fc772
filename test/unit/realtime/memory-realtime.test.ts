import { describeRealtimeStores } from '../../contract/realtime.contract.ts';
import { memoryRealtime } from '../../support/fakes/memory-realtime.ts';

describeRealtimeStores('memoryRealtime', async () => ({ ...memoryRealtime(), stop: async () => {} }));

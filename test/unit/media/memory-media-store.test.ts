import { describeMediaStore } from '../../contract/media-store.contract.ts';
import { memoryMediaStore } from '../../support/fakes/memory-media-store.ts';

describeMediaStore('memoryMediaStore', () => {
  const store = memoryMediaStore();
  return { store, upload: store.upload, open: store.open };
});

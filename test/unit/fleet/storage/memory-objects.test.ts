import { describeObjectStore } from '../../../contract/object-store.contract.ts';
import { memoryObjects } from '../../../support/fakes/memory-objects.ts';

const objects = memoryObjects();
describeObjectStore('memoryObjects', () => objects);

import { describeMediaFiles } from '../../contract/media-files.contract.ts';
import { memoryMediaFiles } from '../../support/fakes/memory-media-files.ts';

describeMediaFiles('memoryMediaFiles', memoryMediaFiles);

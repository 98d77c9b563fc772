import { documentClient, mediaClient } from '../../../shared/adapters/clients.ts';
import { dynamoIdempotency } from '../../../shared/adapters/dynamodb/dynamo-idempotency.ts';
import { dynamoMediaFiles } from '../../../shared/adapters/dynamodb/dynamo-media-files.ts';
import { dynamoMessages } from '../../../shared/adapters/dynamodb/dynamo-messages.ts';
import { s3MediaStore } from '../../../shared/adapters/s3/s3-media-store.ts';
import { MediaApiEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { mediaRoutes } from '../../../shared/contracts/api/routes/media.ts';
import { systemClock as clock } from '../../../shared/domain/clock.ts';
import { makeShowMedia } from '../../../shared/domain/media/show-media.ts';
import { httpApi } from '../../http/http-api.ts';
import { makeCreateUpload } from './create-upload.ts';
import { makeGetMedia } from './get-media.ts';

const config = loadConfig(MediaApiEnv);
const doc = documentClient();
const files = dynamoMediaFiles(doc, config.CORE_TABLE);
const store = s3MediaStore(mediaClient(), config.MEDIA_BUCKET);
const messages = dynamoMessages(doc, config.MESSAGES_TABLE);

export const handler = httpApi({
  routes: mediaRoutes,
  idempotency: dynamoIdempotency(doc, config.CORE_TABLE),
  operations: {
    createUpload: makeCreateUpload({ files, store }),
    getMedia: makeGetMedia(makeShowMedia({ files, store, messages, now: () => clock.now() })),
  },
});

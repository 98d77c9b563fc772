import { apiKeyRoutes } from './api-keys.ts';
import { campaignRoutes } from './campaigns.ts';
import { chatRoutes } from './chats.ts';
import { contactRoutes } from './contacts.ts';
import { ingestWebjsRoutes } from './ingest-webjs.ts';
import { instanceRoutes } from './instances.ts';
import { mediaRoutes } from './media.ts';
import { messageRoutes } from './messages.ts';
import { metaIngestRoutes } from './meta-ingest.ts';
import { queueRoutes } from './queues.ts';
import type { Routes } from './route.ts';
import { sendingPolicyRoutes } from './sending-policy.ts';
import { sessionRoutes } from './sessions.ts';
import { systemRoutes } from './system.ts';
import { templateRoutes } from './templates.ts';
import { webhookRoutes } from './webhooks.ts';

/** Every call of the API, in the order the reference shows them. */
export const allRoutes: Routes = {
  ...sessionRoutes,
  ...sendingPolicyRoutes,
  ...messageRoutes,
  ...mediaRoutes,
  ...chatRoutes,
  ...contactRoutes,
  ...campaignRoutes,
  ...templateRoutes,
  ...webhookRoutes,
  ...metaIngestRoutes,
  ...instanceRoutes,
  ...ingestWebjsRoutes,
  ...queueRoutes,
  ...apiKeyRoutes,
  ...systemRoutes,
};

import { apiKeyRoutes } from './api-keys.ts';
import { campaignRoutes } from './campaigns.ts';
import { chatRoutes } from './chats.ts';
import { contactRoutes } from './contacts.ts';
import { ingestWebjsRoutes } from './ingest-webjs.ts';
import { instanceRoutes } from './instances.ts';
import { mediaRoutes } from './media.ts';
import { messageRoutes } from './messages.ts';
import { queueRoutes } from './queues.ts';
import type { Routes } from './route.ts';
import { sessionRoutes } from './sessions.ts';
import { systemRoutes } from './system.ts';
import { webhookRoutes } from './webhooks.ts';

/** Every call of the API, in the order the reference shows them. */
export const allRoutes: Routes = {
  ...sessionRoutes,
  ...messageRoutes,
  ...mediaRoutes,
  ...chatRoutes,
  ...contactRoutes,
  ...campaignRoutes,
  ...webhookRoutes,
  ...instanceRoutes,
  ...ingestWebjsRoutes,
  ...queueRoutes,
  ...apiKeyRoutes,
  ...systemRoutes,
};

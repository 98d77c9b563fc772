import { apiKeyRoutes } from './api-keys.ts';
import { campaignRoutes } from './campaigns.ts';
import { chatRoutes } from './chats.ts';
import { instanceRoutes } from './instances.ts';
import { mediaRoutes } from './media.ts';
import { messageRoutes } from './messages.ts';
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
  ...campaignRoutes,
  ...webhookRoutes,
  ...instanceRoutes,
  ...apiKeyRoutes,
  ...systemRoutes,
};

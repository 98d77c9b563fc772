import { derivedId } from './derived-id.ts';

const NO_TIME = 0; // what Meta tells of a template names no time by which it could be found again

/** One template a workspace, business account, name and language: news of it leads to it without an index. */
export const templateIdOf = (workspaceId: string, businessAccountId: string, name: string, language: string): string =>
  derivedId('tpl', NO_TIME, 'template', workspaceId, businessAccountId, name, language);

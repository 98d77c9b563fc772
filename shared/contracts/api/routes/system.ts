import * as z from 'zod';
import { HealthView, WorkspaceView } from '../operations.ts';
import type { Routes } from './route.ts';

const tag = 'System';
const open = { method: 'GET', tag, scope: null, isPublic: true } as const;

export const systemRoutes = {
  getHealth: { ...open, path: '/health', summary: 'Whether the service works', responses: { 200: HealthView } },
  getOpenApi: { ...open, path: '/openapi.json', summary: 'This API as OpenAPI 3.1', responses: { 200: z.record(z.string(), z.unknown()) } },
  getDocs: { ...open, path: '/docs', summary: 'This API as a page to read', responses: { 200: null }, alternatives: ['text/html'] },
  getWorkspace: {
    method: 'GET',
    path: '/v1/workspaces/current',
    tag,
    scope: null,
    summary: 'The workspace of your key',
    responses: { 200: WorkspaceView },
  },
} as const satisfies Routes;

import * as z from 'zod';
import { InstancePage, InstanceView } from '../operations.ts';
import type { Routes } from './route.ts';

const tag = 'Instances';

export const instanceRoutes = {
  listInstances: {
    method: 'GET',
    path: '/v1/instances',
    tag,
    scope: 'operator',
    summary: 'The fleet as its registry shows it',
    responses: { 200: InstancePage },
  },
  drainInstance: {
    method: 'POST',
    path: '/v1/instances/{id}/drain',
    tag,
    scope: 'operator',
    summary: 'Have an instance hand over its sessions and end',
    params: z.object({ id: z.string().min(1).max(64) }),
    responses: { 202: InstanceView },
  },
} as const satisfies Routes;

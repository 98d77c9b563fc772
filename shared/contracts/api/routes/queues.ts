import * as z from 'zod';
import { QueuePage, RedriveRequest, RedriveResult } from '../queues.ts';
import type { Routes } from './route.ts';

const tag = 'Operations';

export const queueRoutes = {
  listQueues: {
    method: 'GET',
    path: '/v1/operations/queues',
    tag,
    scope: 'operator',
    summary: 'The queues of the platform: depth, waiting time, dead letters',
    responses: { 200: QueuePage },
  },
  redriveQueue: {
    method: 'POST',
    path: '/v1/operations/queues/{name}/redrive',
    tag,
    scope: 'operator',
    summary: 'Move dead letters back to their queue',
    description: 'Up to `most` of them a call; call again while `isEmpty` is false. Work that is done twice changes nothing.',
    params: z.object({ name: z.string().regex(/^[a-z][a-z-]{0,40}$/) }),
    body: RedriveRequest,
    responses: { 200: RedriveResult },
  },
} as const satisfies Routes;

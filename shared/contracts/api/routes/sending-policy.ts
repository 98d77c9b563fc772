import { SendingPolicyRequest, SendingPolicyView } from '../sending-policy.ts';
import type { Routes } from './route.ts';

const common = { tag: 'Sending policy', path: '/v1/workspaces/current/sending-policy', responses: { 200: SendingPolicyView } } as const;

/** From which number a message leaves that names none, and which one stands in. */
export const sendingPolicyRoutes = {
  getSendingPolicy: { ...common, method: 'GET', scope: 'sessions:read', summary: 'The sending policy, and how its numbers are doing' },
  putSendingPolicy: {
    ...common,
    method: 'PUT',
    scope: 'sessions:write',
    summary: 'Set the sending policy',
    description:
      'Messages without `sessionId` leave from the number that last talked to `to`, else from `primary`; with failover, from the first number that is up and may write to them. What waits for a number that goes down moves on, as long as it has not left.',
    body: SendingPolicyRequest,
  },
} as const satisfies Routes;

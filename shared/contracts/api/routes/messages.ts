import * as z from 'zod';
import { MessageId } from '../../ids.ts';
import { MessageView, SendMessageQuery, SendMessageRequest } from '../messages.ts';
import type { Routes } from './route.ts';

/** Single messages: to a number, to a WhatsApp id or to a group. */
export const messageRoutes = {
  sendMessage: {
    method: 'POST',
    path: '/v1/messages',
    tag: 'Messages',
    scope: 'messages:write',
    summary: 'Send a message',
    description:
      'Queues it and answers at once; it leaves as soon as its number may send. Without `sessionId` the number sends that last talked to `to`, else the primary one. Media come by the `id` of an upload, by `url`, or inline up to 256 KB.',
    query: SendMessageQuery,
    body: SendMessageRequest,
    idempotent: true,
    responses: { 202: MessageView },
  },
  getMessage: {
    method: 'GET',
    path: '/v1/messages/{id}',
    tag: 'Messages',
    scope: 'messages:read',
    summary: 'One message with how far it got',
    params: z.object({ id: MessageId }),
    responses: { 200: MessageView },
  },
} as const satisfies Routes;

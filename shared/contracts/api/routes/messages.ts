import * as z from 'zod';
import { MessageId } from '../../ids.ts';
import { EditMessageRequest, ForwardMessageRequest, MessageView, ReactRequest, SendMessageQuery, SendMessageRequest } from '../messages.ts';
import type { Routes } from './route.ts';

/** What is done to a message is a message of its own, with an id and a status: it is answered with that. */
const action = { tag: 'Messages', scope: 'messages:write', params: z.object({ id: MessageId }), query: SendMessageQuery, responses: { 202: MessageView } } as const;

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
  editMessage: {
    ...action,
    method: 'PATCH',
    path: '/v1/messages/{id}',
    summary: 'Edit a text or a caption of ours',
    description: 'WhatsApp allows it for 15 minutes after the message was sent; then 422 `edit_window_closed`.',
    body: EditMessageRequest,
  },
  deleteMessage: {
    ...action,
    method: 'DELETE',
    path: '/v1/messages/{id}',
    summary: 'Delete a message of ours for everyone',
    description: 'WhatsApp allows it for 60 hours after the message was sent; then 422 `delete_window_closed`.',
  },
  forwardMessage: {
    ...action,
    method: 'POST',
    path: '/v1/messages/{id}/forward',
    summary: 'Forward a message, from the number that holds it',
    body: ForwardMessageRequest,
    idempotent: true,
  },
  reactToMessage: {
    ...action,
    method: 'POST',
    path: '/v1/messages/{id}/reactions',
    summary: 'React to a message, or take the reaction back',
    body: ReactRequest,
    idempotent: true,
  },
} as const satisfies Routes;

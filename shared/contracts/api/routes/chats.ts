import * as z from 'zod';
import { PageQuery } from '../common.ts';
import { ChatId } from '../../ids.ts';
import { ChatPage, ChatView, ListChatsQuery, MessagePage, MessageView, SendInChatRequest, SendMessageQuery, TypingRequest } from '../messages.ts';
import type { Routes } from './route.ts';

const tag = 'Chats';
const params = z.object({ id: ChatId });
const read = { tag, scope: 'messages:read' } as const;
const write = { tag, scope: 'messages:write', params } as const;

/** Conversations: one for each of a workspace's numbers and each of its customers. */
export const chatRoutes = {
  listChats: {
    ...read,
    method: 'GET',
    path: '/v1/chats',
    summary: 'List chats, the latest activity first, or search them',
    description: 'Recipients of a campaign show up once they answer. All pages show the list as it stood at the first one.',
    query: ListChatsQuery,
    responses: { 200: ChatPage },
  },
  getChat: {
    ...read,
    method: 'GET',
    path: '/v1/chats/{id}',
    summary: 'Get a chat',
    description: 'The id of a chat under an older name of the same person leads to the one it became.',
    params,
    responses: { 200: ChatView },
  },
  listChatMessages: {
    ...read,
    method: 'GET',
    path: '/v1/chats/{id}/messages',
    summary: 'List the messages of a chat, newest first',
    params,
    query: PageQuery,
    responses: { 200: MessagePage },
  },
  sendInChat: {
    ...write,
    method: 'POST',
    path: '/v1/chats/{id}/messages',
    summary: 'Answer in a chat, from the number that holds it',
    query: SendMessageQuery,
    body: SendInChatRequest,
    idempotent: true,
    responses: { 202: MessageView },
  },
  markChatRead: {
    ...write,
    method: 'POST',
    path: '/v1/chats/{id}/read',
    summary: 'Mark a chat read, here and on the phone',
    description: '409 `session_not_connected` while its number is not connected.',
    responses: { 202: ChatView },
  },
  showTyping: {
    ...write,
    method: 'POST',
    path: '/v1/chats/{id}/typing',
    summary: 'Show the other side that someone types, or no longer does',
    description: '409 `session_not_connected` while its number is not connected.',
    body: TypingRequest,
    responses: { 202: null },
  },
} as const satisfies Routes;

import * as z from 'zod';
import { PageQuery } from '../common.ts';
import { ApiKeyId } from '../../ids.ts';
import { ApiKeyPage, CreateApiKeyRequest, CreatedApiKeyView } from '../operations.ts';
import type { Routes } from './route.ts';

const tag = 'API keys';

export const apiKeyRoutes = {
  createApiKey: {
    method: 'POST',
    path: '/v1/api-keys',
    tag,
    scope: 'keys:write',
    summary: 'Make a key; it is shown this once',
    description: 'It can allow what the key that makes it allows, and no more.',
    body: CreateApiKeyRequest,
    idempotent: true,
    secretResponse: true,
    responses: { 201: CreatedApiKeyView },
  },
  listApiKeys: {
    method: 'GET',
    path: '/v1/api-keys',
    tag,
    scope: 'keys:read',
    summary: 'List keys, without the keys themselves',
    query: PageQuery,
    responses: { 200: ApiKeyPage },
  },
  deleteApiKey: {
    method: 'DELETE',
    path: '/v1/api-keys/{id}',
    tag,
    scope: 'keys:write',
    summary: 'Revoke a key; it stops working at once',
    params: z.object({ id: ApiKeyId }),
    responses: { 204: null },
  },
} as const satisfies Routes;

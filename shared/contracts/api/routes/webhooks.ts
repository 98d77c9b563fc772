import * as z from 'zod';
import { DeliveryId, WebhookId } from '../../ids.ts';
import {
  CreatedWebhookView,
  CreateWebhookRequest,
  DeliveryPage,
  DeliveryView,
  ListDeliveriesQuery,
  UpdateWebhookRequest,
  WebhookPage,
  WebhookView,
} from '../webhooks.ts';
import { PageQuery } from '../common.ts';
import type { Routes } from './route.ts';

const params = z.object({ id: WebhookId });
const read = { tag: 'Webhooks', scope: 'webhooks:read' } as const;
const write = { tag: 'Webhooks', scope: 'webhooks:write' } as const;

/** Webhooks: events of a workspace, POSTed to its own endpoints. docs/webhooks.md says how to verify them. */
export const webhookRoutes = {
  createWebhook: {
    ...write,
    method: 'POST',
    path: '/v1/webhooks',
    summary: 'Register an endpoint',
    description:
      'The answer shows the signing secret this once. Endpoints must be public: http or https, no private or local addresses.',
    body: CreateWebhookRequest,
    idempotent: true,
    secretResponse: true,
    responses: { 201: CreatedWebhookView },
  },
  listWebhooks: {
    ...read,
    method: 'GET',
    path: '/v1/webhooks',
    summary: 'List endpoints, newest first',
    query: PageQuery,
    responses: { 200: WebhookPage },
  },
  getWebhook: { ...read, method: 'GET', path: '/v1/webhooks/{id}', summary: 'Get an endpoint', params, responses: { 200: WebhookView } },
  updateWebhook: {
    ...write,
    method: 'PATCH',
    path: '/v1/webhooks/{id}',
    summary: 'Change an endpoint, or enable it again',
    params,
    body: UpdateWebhookRequest,
    responses: { 200: WebhookView },
  },
  deleteWebhook: { ...write, method: 'DELETE', path: '/v1/webhooks/{id}', summary: 'Remove an endpoint', params, responses: { 204: null } },
  testWebhook: {
    ...write,
    method: 'POST',
    path: '/v1/webhooks/{id}/test',
    summary: 'Send a test event',
    description: 'An event of the first type the endpoint subscribes to, with `data.test` set, on the same way as any other.',
    params,
    responses: { 202: DeliveryView },
  },
  listDeliveries: {
    ...read,
    method: 'GET',
    path: '/v1/webhooks/{id}/deliveries',
    summary: 'List deliveries, newest first; `status=dead` is the dead-letter list',
    params,
    query: ListDeliveriesQuery,
    responses: { 200: DeliveryPage },
  },
  retryDelivery: {
    ...write,
    method: 'POST',
    path: '/v1/webhooks/{id}/deliveries/{deliveryId}/retry',
    summary: 'Deliver once more, now',
    params: params.extend({ deliveryId: DeliveryId }),
    responses: { 202: DeliveryView },
  },
} as const satisfies Routes;

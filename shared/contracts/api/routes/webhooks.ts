import * as z from 'zod';
import { DeliveryId, WebhookId } from '../../ids.ts';
import {
  CreatedWebhookView,
  CreateWebhookRequest,
  DeliveryDetail,
  DeliveryPage,
  DeliveryView,
  ListDeliveriesQuery,
  ReplayAccepted,
  ReplayRequest,
  RotateSecretRequest,
  UpdateWebhookRequest,
  WebhookDetail,
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
  getWebhook: { ...read, method: 'GET', path: '/v1/webhooks/{id}', summary: 'Get an endpoint, and how it answers', params, responses: { 200: WebhookDetail } },
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
  rotateSecret: {
    ...write,
    method: 'POST',
    path: '/v1/webhooks/{id}/rotate-secret',
    summary: 'Replace the signing secret',
    description: 'The answer shows the new secret this once. For the overlap both sign: `webhook-signature` lists two, `X-HMAC-Signature-Previous` is by the old one.',
    params,
    body: RotateSecretRequest,
    idempotent: true,
    secretResponse: true,
    responses: { 200: CreatedWebhookView },
  },
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
  getDelivery: {
    ...read,
    method: 'GET',
    path: '/v1/webhooks/{id}/deliveries/{deliveryId}',
    summary: 'Get a delivery with its request and every attempt',
    params: params.extend({ deliveryId: DeliveryId }),
    responses: { 200: DeliveryDetail },
  },
  replayDeliveries: {
    ...write,
    method: 'POST',
    path: '/v1/webhooks/{id}/deliveries/retry',
    summary: 'Deliver many once more, oldest first',
    description: 'Dead ones unless `status` says otherwise. Goes on in the background; a second replay of the same endpoint waits for the first (409).',
    params,
    body: ReplayRequest,
    idempotent: true,
    responses: { 202: ReplayAccepted },
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

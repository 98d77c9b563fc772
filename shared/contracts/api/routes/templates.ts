import * as z from 'zod';
import { TemplateId } from '../../ids.ts';
import { CreateTemplateRequest, ListTemplatesQuery, SyncTemplatesRequest, SyncTemplatesResult, TemplatePage, TemplateView } from '../templates.ts';
import type { Routes } from './route.ts';

const tag = 'Templates';
const params = z.object({ id: TemplateId });
const read = { tag, scope: 'templates:read' } as const;
const write = { tag, scope: 'templates:write' } as const;

/** What may be said on Meta's Cloud API to who has not written for 24 hours. */
export const templateRoutes = {
  createTemplate: {
    ...write,
    method: 'POST',
    path: '/v1/templates',
    summary: 'Hand a template in for review by Meta',
    description: 'It is `pending` first. When Meta has decided, the event `template.status` tells. 409 `template_exists`: there is one of that name in that language.',
    body: CreateTemplateRequest,
    idempotent: true,
    responses: { 201: TemplateView },
  },
  listTemplates: { ...read, method: 'GET', path: '/v1/templates', summary: 'List templates', query: ListTemplatesQuery, responses: { 200: TemplatePage } },
  getTemplate: { ...read, method: 'GET', path: '/v1/templates/{id}', summary: 'Get a template', params, responses: { 200: TemplateView } },
  deleteTemplate: { ...write, method: 'DELETE', path: '/v1/templates/{id}', summary: 'Delete a template, at Meta too', params, responses: { 204: null } },
  syncTemplates: {
    ...write,
    method: 'POST',
    path: '/v1/templates/sync',
    summary: 'Take over what a business account has at Meta',
    description: 'For templates made elsewhere, and after webhooks were missed.',
    body: SyncTemplatesRequest,
    responses: { 200: SyncTemplatesResult },
  },
} as const satisfies Routes;

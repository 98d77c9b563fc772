import * as z from 'zod';
import { CampaignId } from '../../ids.ts';
import {
  AddRecipientsRequest,
  AddRecipientsResult,
  CampaignPage,
  CampaignView,
  CreateCampaignRequest,
  ListCampaignsQuery,
  ListRecipientsQuery,
  RecipientPage,
} from '../campaigns.ts';
import type { Routes } from './route.ts';

const params = z.object({ id: CampaignId });
const read = { tag: 'Campaigns', scope: 'campaigns:read' } as const;
const write = { tag: 'Campaigns', scope: 'campaigns:write' } as const;
const step = { ...write, method: 'POST', params, responses: { 202: CampaignView } } as const;

/** Campaigns: one message to many recipients, spread over the numbers of a workspace. */
export const campaignRoutes = {
  createCampaign: {
    ...write,
    method: 'POST',
    path: '/v1/campaigns',
    summary: 'Create a campaign',
    description:
      'Makes a draft, or a scheduled campaign with `schedule`. The text takes `{{variable}}` and `{{variable|fallback}}`. ' +
      'A number that stands twice among the recipients is taken once.',
    body: CreateCampaignRequest,
    idempotent: true,
    responses: { 201: CampaignView },
  },
  listCampaigns: {
    ...read,
    method: 'GET',
    path: '/v1/campaigns',
    summary: 'List campaigns, newest first',
    query: ListCampaignsQuery,
    responses: { 200: CampaignPage },
  },
  getCampaign: {
    ...read,
    method: 'GET',
    path: '/v1/campaigns/{id}',
    summary: 'Get a campaign with its stats',
    params,
    responses: { 200: CampaignView },
  },
  addRecipients: {
    ...write,
    method: 'POST',
    path: '/v1/campaigns/{id}/recipients',
    summary: 'Add recipients to a draft or scheduled campaign',
    description:
      'JSON with up to 1,000 rows, or CSV with a header line: a column `to`, `phone` or `phoneNumber`, and one for each ' +
      'variable. Bad rows are reported by number, from 1, and the others taken. Sending the same rows again adds nothing.',
    params,
    body: AddRecipientsRequest,
    textBodies: ['text/csv'],
    responses: { 202: AddRecipientsResult },
  },
  listRecipients: {
    ...read,
    method: 'GET',
    path: '/v1/campaigns/{id}/recipients',
    summary: 'List the recipients of a campaign with what became of their messages',
    params,
    query: ListRecipientsQuery,
    responses: { 200: RecipientPage },
  },
  startCampaign: { ...step, path: '/v1/campaigns/{id}/start', summary: 'Start a draft or scheduled campaign now' },
  pauseCampaign: { ...step, path: '/v1/campaigns/{id}/pause', summary: 'Hold back what no session has taken up yet' },
  resumeCampaign: { ...step, path: '/v1/campaigns/{id}/resume', summary: 'Go on with a paused campaign' },
  cancelCampaign: { ...step, path: '/v1/campaigns/{id}/cancel', summary: 'End a campaign; what no session has taken up yet is skipped' },
  retryCampaign: { ...step, path: '/v1/campaigns/{id}/retry', summary: 'Send to the recipients whose message failed once more' },
} as const satisfies Routes;

import * as z from 'zod';
import { PageQuery } from '../common.ts';
import {
  CheckedNumbers,
  CheckNumbersRequest,
  ContactDetails,
  ContactImportView,
  ContactPage,
  ContactView,
  CreateContactRequest,
  ImportErrorPage,
  ListContactsQuery,
  UpdateContactRequest,
} from '../contacts.ts';
import { ContactId, ImportId } from '../../ids.ts';
import type { Routes } from './route.ts';

const tag = 'Contacts';
const read = { tag, scope: 'contacts:read' } as const;
const write = { tag, scope: 'contacts:write' } as const;
const params = z.object({ id: ContactId });
const importParams = z.object({ id: ImportId });

/** The people a workspace knows: one contact each, whatever names WhatsApp and Meta call them by. */
export const contactRoutes = {
  createContact: {
    ...write,
    method: 'POST',
    path: '/v1/contacts',
    summary: 'Create a contact',
    description: '409 `contact_exists` for one you have; one that a chat made by itself is taken over.',
    body: CreateContactRequest,
    idempotent: true,
    responses: { 201: ContactView },
  },
  listContacts: {
    ...read,
    method: 'GET',
    path: '/v1/contacts',
    summary: 'List contacts, newest first, or search them',
    query: ListContactsQuery,
    responses: { 200: ContactPage },
  },
  checkNumbers: {
    ...write,
    method: 'POST',
    path: '/v1/contacts/check',
    summary: 'Ask WhatsApp which numbers it knows',
    description:
      'Through one of your connected numbers. Answers are good for three days; what is not known yet counts against the ' +
      "number's budget of the day, 429 `check_budget_spent` once it is used up.",
    body: CheckNumbersRequest,
    responses: { 200: CheckedNumbers },
  },
  importContacts: {
    ...write,
    method: 'POST',
    path: '/v1/contacts/import',
    summary: 'Import contacts from CSV',
    description:
      'Up to 50,000 rows and 6 MB of `text/csv` in UTF-8, with commas, semicolons or tabs. A header line names a column `phoneNumber`, ' +
      '`phone` or `number`, maybe `name` and `optedOut`; each other column becomes an attribute. The rows are worked off as a job.',
    textBodies: ['text/csv'],
    idempotent: true,
    responses: { 202: ContactImportView },
  },
  getContactImport: {
    ...read,
    method: 'GET',
    path: '/v1/contacts/imports/{id}',
    summary: 'How far an import has got',
    params: importParams,
    responses: { 200: ContactImportView },
  },
  listContactImportErrors: {
    ...read,
    method: 'GET',
    path: '/v1/contacts/imports/{id}/errors',
    summary: 'Rows an import could not take, up to 1,000',
    params: importParams,
    query: PageQuery,
    responses: { 200: ImportErrorPage },
  },
  getContact: {
    ...read,
    method: 'GET',
    path: '/v1/contacts/{id}',
    summary: 'Get a contact with the numbers of yours it talked to',
    params,
    responses: { 200: ContactDetails },
  },
  updateContact: {
    ...write,
    method: 'PATCH',
    path: '/v1/contacts/{id}',
    summary: 'Change a contact, or opt it out',
    description: 'An identity that is another contact\'s makes the two one: the older stays, and answers to both ids.',
    params,
    body: UpdateContactRequest,
    responses: { 200: ContactView },
  },
  deleteContact: {
    ...write,
    method: 'DELETE',
    path: '/v1/contacts/{id}',
    summary: 'Forget a contact; chats and messages stay',
    params,
    responses: { 204: null },
  },
} as const satisfies Routes;

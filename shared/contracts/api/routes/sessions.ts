import * as z from 'zod';
import { SessionId } from '../../ids.ts';
import {
  CreateSessionRequest, ListSessionsQuery, PairingCodeRequest, PairingCodeView, QrView, SessionPage, SessionStatusView, SessionView, UpdateSessionRequest,
} from '../sessions.ts';
import type { Routes } from './route.ts';

const tag = 'Sessions';
const params = z.object({ id: SessionId });
const read = { tag, scope: 'sessions:read', params } as const;
const write = { tag, scope: 'sessions:write', params } as const;
/** Asked for here, done by the fleet: the session shows how far it is. */
const accepted = { 202: SessionView } as const;

const create = {
  method: 'POST',
  tag,
  scope: 'sessions:write',
  body: CreateSessionRequest,
  idempotent: true,
  responses: { 201: SessionView },
} as const;

export const sessionRoutes = {
  createSession: {
    ...create,
    path: '/v1/sessions',
    summary: 'Create a session: one WhatsApp number to be linked',
    description: 'It starts at once unless `autoStart` is false; then scan its QR. With `phoneNumber` it asks for a pairing code in place of a QR. With `provider: "meta"` it is a number on Meta’s Cloud API, connected at once: docs/meta.md.',
  },
  listSessions: {
    method: 'GET',
    path: '/v1/sessions',
    tag,
    scope: 'sessions:read',
    summary: 'List sessions, oldest first',
    query: ListSessionsQuery,
    responses: { 200: SessionPage },
  },
  getSession: { ...read, method: 'GET', path: '/v1/sessions/{id}', summary: 'One session', responses: { 200: SessionView } },
  updateSession: {
    ...write,
    method: 'PATCH',
    path: '/v1/sessions/{id}',
    summary: 'Rename a session, let it hibernate while idle, or give it another token at Meta',
    description: 'With `onDemand` its browser closes when nothing was sent or received for a while, and opens to send, on a schedule, or at `/start`. `onDemand: null` keeps it connected.',
    body: UpdateSessionRequest,
    responses: { 200: SessionView },
  },
  getSessionStatus: {
    ...read,
    method: 'GET',
    path: '/v1/sessions/{id}/status',
    summary: 'Status and health of a session',
    responses: { 200: SessionStatusView },
  },
  getSessionQr: {
    ...read,
    method: 'GET',
    path: '/v1/sessions/{id}/qr',
    summary: 'The QR to scan now',
    description: 'As a picture with `Accept: image/png` or `image/svg+xml`. 409 `no_qr` while there is none.',
    responses: { 200: QrView },
    alternatives: ['image/png', 'image/svg+xml'],
  },
  requestPairingCode: {
    ...write,
    method: 'POST',
    path: '/v1/sessions/{id}/pairing-code',
    summary: 'Ask for a code to type into the phone, in place of a QR',
    body: PairingCodeRequest,
    responses: { 200: PairingCodeView },
  },
  startSession: { ...write, method: 'POST', path: '/v1/sessions/{id}/start', summary: 'Run the session; wakes one that hibernates', responses: accepted },
  stopSession: { ...write, method: 'POST', path: '/v1/sessions/{id}/stop', summary: 'Stop the session; its link is kept', responses: accepted },
  reconnectSession: {
    ...write,
    method: 'POST',
    path: '/v1/sessions/{id}/reconnect',
    summary: 'Restart the client; no QR while the number is linked',
    responses: accepted,
  },
  regenerateQr: {
    ...write,
    method: 'POST',
    path: '/v1/sessions/{id}/regenerate-qr',
    summary: 'Link anew: unlinks the old device, drops the profile and shows a fresh QR',
    description: '429 `qr_limit_reached`, with `Retry-After`, once a session has shown its rounds of QR codes of the hour (`health.qr`) and nobody scanned.',
    responses: accepted,
  },
  logoutSession: { ...write, method: 'POST', path: '/v1/sessions/{id}/logout', summary: 'Unlink the number', responses: accepted },
  deleteSession: { ...write, method: 'DELETE', path: '/v1/sessions/{id}', summary: 'Unlink the number and delete the session', responses: accepted },
  createSessionAlias: {
    ...create,
    path: '/api/whatsapp/sessions/create',
    summary: 'As POST /v1/sessions',
    description: 'Kept for clients of the system this one replaces.',
  },
  deleteSessionAlias: { ...write, method: 'DELETE', path: '/api/whatsapp/sessions/{id}', summary: 'As DELETE /v1/sessions/{id}', responses: accepted },
  getSessionStatusAlias: {
    ...read,
    method: 'GET',
    path: '/api/whatsapp/sessions/{id}/status',
    summary: 'As GET /v1/sessions/{id}/status',
    responses: { 200: SessionStatusView },
  },
} as const satisfies Routes;

import * as z from 'zod';
import { MediaId } from '../../ids.ts';
import { CreateUploadRequest, MediaView, UploadView } from '../media.ts';
import type { Routes } from './route.ts';

/** Files: those to be sent, and those that came in. */
export const mediaRoutes = {
  createUpload: {
    method: 'POST',
    path: '/v1/media',
    tag: 'Media',
    scope: 'messages:write',
    summary: 'Announce a file, and learn where to upload it',
    description:
      'Upload the file itself with a `PUT` to `upload.url`, with the headers given. Then send it with `media: {id}`, as often as you like. What no message uses within a day is gone.',
    body: CreateUploadRequest,
    idempotent: true,
    responses: { 201: UploadView },
  },
  getMedia: {
    method: 'GET',
    path: '/v1/media/{id}',
    tag: 'Media',
    scope: 'messages:read',
    summary: 'What a file is, with a link to it',
    params: z.object({ id: MediaId }),
    responses: { 200: MediaView },
  },
} as const satisfies Routes;

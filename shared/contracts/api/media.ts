import * as z from 'zod';
import { MOST_UPLOAD_BYTES } from '../media-size.ts';
import { MessageFailure } from '../message.ts';
import { Instant } from './common.ts';

const SHA256 = /^[A-Za-z0-9+/]{43}=$/;

export const CreateUploadRequest = z.strictObject({
  mimetype: z.string().max(127).regex(/^[\w.+-]+\/[\w.+-]+$/, 'must be a media type such as image/png'),
  filename: z
    .string()
    .min(1)
    .max(240)
    .regex(/^[^/\\\p{Cc}]+$/u, 'must be a name without slashes and control characters')
    .refine((name) => name.isWellFormed(), 'must be well-formed Unicode')
    .optional(),
  bytes: z.int().min(1).max(MOST_UPLOAD_BYTES).describe('Exactly as many have to be uploaded'),
  sha256: z.string().regex(SHA256, 'must be the base64 of a SHA-256').optional().describe('base64; other bytes are then refused'),
});
export type CreateUploadRequest = z.infer<typeof CreateUploadRequest>;

const UploadTarget = z.object({
  url: z.string(),
  method: z.literal('PUT'),
  headers: z.record(z.string(), z.string()).describe('To be sent exactly so'),
});

export const UploadView = z.object({
  id: z.string(),
  upload: UploadTarget,
  expiresAt: Instant.describe('Until when the link takes the file; `GET /v1/media/{id}` makes another'),
});
export type UploadView = z.infer<typeof UploadView>;

export const MediaView = z.object({
  id: z.string(),
  mimetype: z.string(),
  filename: z.string().nullable(),
  bytes: z.int(),
  sha256: z.string().nullable().describe('base64'),
  status: z
    .enum(['awaiting_upload', 'pending', 'stored', 'failed'])
    .describe('`pending`: it came in and is being fetched from WhatsApp'),
  messageId: z.string().nullable().describe('The message it came with'),
  url: z.string().optional().describe('When stored: a link to the file, good for an hour'),
  upload: UploadTarget.optional().describe('While it awaits its upload'),
  failure: MessageFailure.optional(),
  expiresAt: Instant.describe('When it goes: an upload no message uses after a day'),
});
export type MediaView = z.infer<typeof MediaView>;

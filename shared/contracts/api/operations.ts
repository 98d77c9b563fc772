import * as z from 'zod';
import { Instant, NullableInstant, pageOf, Scope } from './common.ts';

export const InstanceState = z.enum(['starting', 'ready', 'draining', 'lost']);
export type InstanceState = z.infer<typeof InstanceState>;

export const InstanceView = z.object({
  id: z.string(),
  url: z.string(),
  state: InstanceState,
  capacity: z.int(),
  sessions: z.int(),
  memoryBytes: z.int(),
  version: z.string(),
  zone: z.string(),
  heartbeatAt: Instant,
});
export type InstanceView = z.infer<typeof InstanceView>;
export const InstancePage = pageOf(InstanceView);

export const CreateApiKeyRequest = z.strictObject({
  name: z.string().min(1).max(100),
  scopes: z
    .array(Scope.exclude(['operator']))
    .min(1)
    .describe('`operator` keys are made by whoever runs the platform, never through this call'),
});
export type CreateApiKeyRequest = z.infer<typeof CreateApiKeyRequest>;

export const ApiKeyView = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(Scope),
  preview: z.string().describe('The first characters, to tell keys apart'),
  createdAt: Instant,
  lastUsedAt: NullableInstant,
});
export type ApiKeyView = z.infer<typeof ApiKeyView>;
export const CreatedApiKeyView = ApiKeyView.extend({ key: z.string().describe('Shown this once') });
export const ApiKeyPage = pageOf(ApiKeyView);

export const HealthView = z.object({
  status: z.enum(['ok', 'failing']),
  version: z.string(),
  checks: z.record(z.string(), z.object({ status: z.enum(['ok', 'failing']), detail: z.string().optional() })),
});
export type HealthView = z.infer<typeof HealthView>;

export const WorkspaceView = z.object({ id: z.string(), name: z.string(), createdAt: Instant });

import * as z from 'zod';
import { SessionId } from '../ids.ts';
import { MessageContent, MessageFailure, MessageStatus } from '../message.ts';
import { PhoneNumber } from '../phone-number.ts';
import { Instant, NullableInstant, PageQuery, pageOf } from './common.ts';
import { Pacing, PacingProfile } from './sessions.ts';

export const CampaignStatus = z.enum(['draft', 'scheduled', 'running', 'paused', 'completed', 'cancelled', 'failed']);
export type CampaignStatus = z.infer<typeof CampaignStatus>;

const variables = z.record(
  z.string().regex(/^[A-Za-z_][\w.-]{0,63}$/, 'must be a plain word'),
  z.string().max(2_000),
);

export const CampaignRecipient = z.strictObject({ to: PhoneNumber, variables: variables.default({}) });
export type CampaignRecipient = z.infer<typeof CampaignRecipient>;

/** The types a campaign can carry: those one text, one file or one template per recipient makes sense for. */
export const CampaignMessage = z.discriminatedUnion(
  'type',
  MessageContent.options.filter((option) =>
    ['text', 'image', 'video', 'audio', 'document', 'template'].includes(option.shape.type.value),
  ) as unknown as typeof MessageContent.options,
);
export type CampaignMessage = z.infer<typeof CampaignMessage>;

export const CreateCampaignRequest = z.strictObject({
  name: z.string().min(1).max(200),
  sessionIds: z
    .array(SessionId)
    .min(1)
    .max(100)
    .optional()
    .describe("Default: every linked session of the workspace at the campaign's start"),
  message: CampaignMessage,
  recipients: z.array(CampaignRecipient).max(1_000).optional(),
  schedule: z.strictObject({ startAt: z.iso.datetime({ offset: true }) }).optional(),
  pacing: Pacing.optional(),
});
export type CreateCampaignRequest = z.infer<typeof CreateCampaignRequest>;

/** Rows are checked one by one, so that one bad row is reported and the others are taken. */
export const AddRecipientsRequest = z.strictObject({ recipients: z.array(z.unknown()).min(1).max(1_000) });
export const AddRecipientsResult = z.object({
  accepted: z.int(),
  rejected: z.array(z.object({ row: z.int().describe('From 1'), reason: z.string() })),
});
export type AddRecipientsResult = z.infer<typeof AddRecipientsResult>;

const count = z.int().nonnegative();
export const CampaignStats = z.object({
  total: count,
  queued: count,
  sending: count,
  sent: count,
  delivered: count,
  read: count,
  failed: count,
  skipped: count,
});
export type CampaignStats = z.infer<typeof CampaignStats>;

export const CampaignView = z.object({
  id: z.string(),
  workspaceId: z.string(),
  name: z.string(),
  status: CampaignStatus,
  message: z.record(z.string(), z.unknown()),
  sessionIds: z.array(z.string()),
  pacing: z.object({ profile: PacingProfile }).nullable(),
  schedule: z.object({ startAt: Instant }).nullable(),
  stats: CampaignStats,
  failureReason: z.string().nullable(),
  createdAt: Instant,
  startedAt: NullableInstant,
  completedAt: NullableInstant,
});
export type CampaignView = z.infer<typeof CampaignView>;
export const CampaignPage = pageOf(CampaignView);

export const ListCampaignsQuery = PageQuery.extend({ status: CampaignStatus.optional() });
export const ListRecipientsQuery = PageQuery.extend({ status: MessageStatus.optional() });

export const RecipientView = z.object({
  to: z.string(),
  variables: z.record(z.string(), z.string()),
  status: MessageStatus,
  messageId: z.string().nullable(),
  sessionId: z.string().nullable(),
  failure: MessageFailure.nullable(),
});
export type RecipientView = z.infer<typeof RecipientView>;
export const RecipientPage = pageOf(RecipientView);

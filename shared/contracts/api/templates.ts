import * as z from 'zod';
import { SessionId, TemplateId } from '../ids.ts';
import { Instant, PageQuery, pageOf } from './common.ts';

export const TemplateStatus = z.enum(['pending', 'approved', 'rejected', 'paused', 'disabled', 'in_appeal', 'pending_deletion', 'deleted', 'other']);
export type TemplateStatus = z.infer<typeof TemplateStatus>;
export const TemplateCategory = z.enum(['marketing', 'utility', 'authentication']);

const ButtonText = z.string().min(1).max(25);
const TemplateButton = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('quick_reply'), text: ButtonText }),
  z.strictObject({ type: z.literal('url'), text: ButtonText, url: z.url({ protocol: /^https?$/ }).max(2_000) }),
  z.strictObject({ type: z.literal('phone_number'), text: ButtonText, phoneNumber: z.string().regex(/^\+\d{6,15}$/, 'must be an E.164 phone number') }),
]);

/** The limits are Meta's; what holds between fields (placeholders and their examples) the domain checks. */
export const CreateTemplateRequest = z.strictObject({
  sessionId: SessionId.describe('A session with provider `meta`: the template belongs to its business account'),
  name: z.string().regex(/^[a-z0-9_]{1,512}$/, 'may hold lowercase letters, digits and underscores only'),
  language: z.string().regex(/^[a-z]{2,3}(_[A-Z]{2})?$/, 'must be a language as Meta writes it, such as de or en_US'),
  category: TemplateCategory.default('utility'),
  header: z.string().min(1).max(60).optional().describe('At most one placeholder'),
  body: z.string().min(1).max(1_024).describe('Placeholders are `{{name}}` or `{{1}}`, `{{2}}` …, not both'),
  footer: z.string().min(1).max(60).optional().describe('No placeholders'),
  buttons: z.array(TemplateButton).min(1).max(10).optional(),
  examples: z.record(z.string(), z.string().min(1).max(1_024)).default({}).describe('A value for each placeholder, which Meta’s reviewers see'),
});
export type CreateTemplateRequest = z.infer<typeof CreateTemplateRequest>;

export const TemplateView = z.object({
  id: TemplateId,
  businessAccountId: z.string(),
  metaId: z.string().describe("Meta's id of it"),
  name: z.string(),
  language: z.string(),
  category: z.string(),
  status: TemplateStatus,
  rejectedReason: z.string().nullable(),
  variables: z.array(z.string()).describe('What a message has to fill in'),
  components: z.array(z.record(z.string(), z.unknown())).describe('As Meta writes them'),
  createdAt: Instant,
  updatedAt: Instant,
});
export type TemplateView = z.infer<typeof TemplateView>;
export const TemplatePage = pageOf(TemplateView);

export const ListTemplatesQuery = PageQuery.extend({ status: TemplateStatus.optional(), name: z.string().max(512).optional() });

export const SyncTemplatesRequest = z.strictObject({ sessionId: SessionId.describe('Whose business account to look at') });
export const SyncTemplatesResult = z.object({ added: z.int(), updated: z.int(), removed: z.int(), total: z.int() });

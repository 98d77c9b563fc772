import * as z from 'zod';
import { Bsuid, Lid, PhoneNumber } from '../phone-number.ts';
import { Instant, NullableInstant, PageQuery, pageOf } from './common.ts';
import { isStorable, NOT_STORABLE } from '../storable-number.ts';

export const AttributeName = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}_ .-]{0,63}$/u, 'must be 1 to 64 letters, digits, spaces, dots, dashes');
const isWhole = (text: string) => text.isWellFormed();
const NOT_WHOLE = 'must be well-formed Unicode';
const AttributeValue = z.union([z.string().max(1_000).refine(isWhole, NOT_WHOLE), z.number().refine(isStorable, NOT_STORABLE), z.boolean()]);
export const MOST_ATTRIBUTES = 50;
const fewAttributes = (attributes: object) => Object.keys(attributes).length <= MOST_ATTRIBUTES;
const TOO_MANY = `must be ${MOST_ATTRIBUTES} at most`;

export const ContactName = z.string().trim().min(1).max(200).refine(isWhole, NOT_WHOLE);

const identities = {
  phoneNumber: PhoneNumber.optional(),
  lid: Lid.optional().describe("WhatsApp's own id of the person, …@lid"),
  bsuid: Bsuid.optional().describe("Meta's business-scoped user id, such as US.13491208655302741918"),
};

export const CreateContactRequest = z
  .strictObject({
    ...identities,
    name: ContactName.optional(),
    attributes: z.record(AttributeName, AttributeValue).refine(fewAttributes, TOO_MANY).optional(),
    optedOut: z.boolean().optional(),
  })
  .refine(({ phoneNumber, lid, bsuid }) => [phoneNumber, lid, bsuid].some((identity) => identity !== undefined), {
    message: 'is needed, or lid or bsuid',
    path: ['phoneNumber'],
  });
export type CreateContactRequest = z.infer<typeof CreateContactRequest>;

export const UpdateContactRequest = z
  .strictObject({
    ...identities,
    name: ContactName.nullable().optional(),
    attributes: z.record(AttributeName, AttributeValue.nullable()).refine(fewAttributes, TOO_MANY).optional().describe('Only those named change; `null` takes one away'),
    optedOut: z.boolean().optional().describe('`true`: campaigns leave them out from now on'),
  })
  .refine((change) => Object.keys(change).length > 0, 'must change something');
export type UpdateContactRequest = z.infer<typeof UpdateContactRequest>;

export const ContactIdentity = z.object({
  type: z.enum(['phone', 'wid', 'lid', 'bsuid']).describe('`wid`: the number as WhatsApp writes it, …@c.us'),
  value: z.string(),
});

export const ContactView = z.object({
  id: z.string(),
  workspaceId: z.string(),
  name: z.string().nullable(),
  phoneNumber: z.string().nullable().describe('The current one'),
  lid: z.string().nullable(),
  bsuid: z.string().nullable(),
  identities: z.array(ContactIdentity).describe('Every name they are known under; each can be written to'),
  attributes: z.record(z.string(), AttributeValue),
  optedOut: z.boolean(),
  optedOutAt: NullableInstant,
  origin: z.enum(['api', 'import', 'chat']).describe('`chat`: they wrote, or were written to'),
  createdAt: Instant,
  updatedAt: Instant,
});
export type ContactView = z.infer<typeof ContactView>;

export const ContactSessionView = z.object({
  sessionId: z.string(),
  firstInteractionAt: Instant,
  lastInteractionAt: Instant,
  messagesIn: z.int(),
  messagesOut: z.int().describe("Without campaigns': these are counted there"),
});
export type ContactSessionView = z.infer<typeof ContactSessionView>;
export const ContactDetails = ContactView.extend({ sessions: z.array(ContactSessionView).describe('Whom of your numbers they talked to') });

export const ContactPage = pageOf(ContactView);
export const Search = z.string().trim().min(1).max(100).refine(isWhole, NOT_WHOLE);
export const ListContactsQuery = PageQuery.extend({
  search: Search.optional().describe('Starts of words of the name, or of a number with its country code'),
  optedOut: z.stringbool().optional(),
});

export const CheckNumbersRequest = z.strictObject({ numbers: z.array(PhoneNumber).min(1).max(50) });
export const CheckedNumberView = z.object({
  number: z.string(),
  isOnWhatsApp: z.boolean().nullable().describe('`null`: WhatsApp did not say'),
  checkedAt: Instant,
  contactId: z.string().optional(),
});
export type CheckedNumberView = z.infer<typeof CheckedNumberView>;
export const CheckedNumbers = z.object({ data: z.array(CheckedNumberView) });

const count = z.int().nonnegative();
export const ImportErrorView = z.object({ row: z.int().describe('Line of data, from 1'), reason: z.string() });
export type ImportErrorView = z.infer<typeof ImportErrorView>;
export const ImportErrorPage = pageOf(ImportErrorView);

export const ContactImportView = z.object({
  id: z.string(),
  status: z.enum(['running', 'completed']),
  total: count.describe('Rows in the file'),
  processed: count,
  created: count,
  updated: count.describe('Numbers you had already'),
  duplicates: count.describe('Rows whose number stood in an earlier row; what they say is in that contact'),
  failed: count,
  errors: z.array(ImportErrorView).describe('The first of them; all kept ones at …/errors'),
  createdAt: Instant,
  completedAt: NullableInstant,
});
export type ContactImportView = z.infer<typeof ContactImportView>;

import * as z from 'zod';
import { SessionId } from '../ids.ts';
import { DailyQuiet } from '../quiet-hours.ts';
import { PhoneNumber } from '../phone-number.ts';
import { SessionHealth } from '../session-events.ts';
import { DesiredStatus, SessionStatus, StatusReason } from '../session-status.ts';
import { Instant, NullableInstant, PageQuery, pageOf } from './common.ts';

export const PacingProfile = z.enum(['default', 'cautious', 'unlimited']);
export type PacingProfile = z.infer<typeof PacingProfile>;

export const Pacing = z.strictObject({ profile: PacingProfile.default('default') });
const quietHours = DailyQuiet.nullable().optional().describe('Campaigns rest meanwhile; chats do not. `null`: never. Left out: what the operator of the fleet set');
const SessionPacing = Pacing.extend({ quietHours });

/** WhatsApp unlinks a device that has not connected for 14 days: a wake each week leaves another week for what may fail. */
const WEEK_MINUTES = 10_080;
const THIRTEEN_DAYS_MINUTES = 18_720;

export const OnDemand = z.strictObject({
  idleMinutes: z.int().min(1).max(1_440).default(15).describe('The browser closes after this long without a message in or out'),
  wakeEveryMinutes: z
    .int()
    .min(15)
    .max(THIRTEEN_DAYS_MINUTES)
    .nullable()
    .default(WEEK_MINUTES)
    .describe('Wakes to fetch what came meanwhile. `null`: only to send and on request; WhatsApp unlinks it after 14 days without either'),
});
export type OnDemand = z.infer<typeof OnDemand>;

const metaId = z.string().regex(/^\d{1,32}$/, 'must be digits, as Meta gives it');
const AccessToken = z.string().regex(/^[\x21-\x7e]{1,4096}$/, 'must be a token as Meta gives it');

export const CreateSessionRequest = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  provider: z.enum(['webjs', 'meta']).default('webjs'),
  phoneNumber: PhoneNumber.optional().describe('Asks for a pairing code in place of a QR'),
  pacing: SessionPacing.default({ profile: 'default' }),
  autoStart: z.boolean().default(true),
  onDemand: OnDemand.nullable().default(null).describe('Hibernates while idle; `null`: always connected'),
  meta: z
    .strictObject({
      phoneNumberId: metaId.describe("Meta's id of the number, not the number itself"),
      accessToken: AccessToken,
      businessAccountId: metaId.describe('The WhatsApp business account the number belongs to'),
    })
    .optional()
    .describe('With provider `meta`: the number on Meta’s Cloud API. The token is encrypted and never shown'),
});
export type CreateSessionRequest = z.infer<typeof CreateSessionRequest>;

export const UpdateSessionRequest = z
  .strictObject({ name: z.string().min(1).max(100).nullable().optional(), onDemand: OnDemand.nullable().optional(), pacing: z.strictObject({ quietHours: DailyQuiet.nullable() }).optional(), meta: z.strictObject({ accessToken: AccessToken }).optional().describe('Another token for a session with provider `meta`') })
  .refine((change) => Object.keys(change).length > 0, 'must change something');
export type UpdateSessionRequest = z.infer<typeof UpdateSessionRequest>;

export const SessionView = z.object({
  id: SessionId,
  workspaceId: z.string(),
  name: z.string().nullable(),
  provider: z.enum(['webjs', 'meta']),
  status: SessionStatus,
  desired: DesiredStatus,
  phoneNumber: z.string().nullable(),
  isPrimary: z.boolean(),
  meta: z.object({ phoneNumberId: z.string(), businessAccountId: z.string() }).nullable().describe('The number at Meta, for provider `meta`'),
  instance: z.object({ id: z.string(), url: z.string() }).nullable(),
  previousInstanceId: z.string().nullable(),
  migrationCount: z.int(),
  lastMigrationAt: NullableInstant,
  disconnectedAt: NullableInstant,
  disconnectReason: StatusReason.nullable(),
  disconnectDetails: z.string().nullable(),
  storage: z.object({ path: z.string(), bytes: z.int(), verifiedAt: Instant }).nullable(),
  health: SessionHealth,
  pacing: z.object({ profile: PacingProfile, quietHours }),
  onDemand: z.object({ idleMinutes: z.int(), wakeEveryMinutes: z.int().nullable() }).nullable(),
  hibernatingSince: NullableInstant,
  wakeAt: NullableInstant.describe('When it wakes if nothing wakes it before'),
  lastActivityAt: NullableInstant,
  lastConnectedAt: NullableInstant,
  createdAt: Instant,
});
export type SessionView = z.infer<typeof SessionView>;
export const SessionPage = pageOf(SessionView);

export const ListSessionsQuery = PageQuery.extend({
  status: SessionStatus.optional(),
  instanceId: z.string().max(64).optional(),
  disconnectedSince: z.iso.datetime({ offset: true }).optional(),
});
export type ListSessionsQuery = z.infer<typeof ListSessionsQuery>;

export const SessionStatusView = z.object({ status: SessionStatus, health: SessionHealth });
export const QrView = z.object({ qr: z.string(), expiresAt: Instant, attempt: z.int() });
export type QrView = z.infer<typeof QrView>;

export const PairingCodeRequest = z.strictObject({ phoneNumber: PhoneNumber });
export const PairingCodeView = z.object({ code: z.string(), expiresAt: Instant });
export type PairingCodeView = z.infer<typeof PairingCodeView>;

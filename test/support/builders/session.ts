import { ulid } from 'ulid';
import { UNKNOWN_HEALTH } from '../../../shared/domain/sessions/session-health.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';

export const anId = (prefix: string): string => `${prefix}_${ulid()}`;

/** A session as `POST /v1/sessions` leaves it, with whatever the test cares about. */
export const aSession = (over: Partial<Session> = {}): Session => ({
  id: anId('ses'),
  workspaceId: 'wsp_01J00000000000000000000000',
  name: null,
  provider: 'webjs',
  pacing: { profile: 'default' },
  onDemand: null,
  desired: 'running',
  desiredBecause: null,
  requests: { restarts: 0, relinks: 0, pairings: 0, pairingPhoneNumber: null },
  relinksDone: 0,
  status: 'created',
  statusSince: null,
  phoneNumber: null,
  isPrimary: false,
  instanceId: null,
  fencingToken: 0,
  previousInstanceId: null,
  migrationCount: 0,
  lastMigrationAt: null,
  disconnectedAt: null,
  disconnectReason: null,
  disconnectDetails: null,
  reportedBy: null,
  storage: null,
  health: UNKNOWN_HEALTH,
  lastActivityAt: null,
  lastConnectedAt: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  deletedAt: null,
  purgeAfter: null,
  ...over,
});

import * as z from 'zod';

export const SessionStatus = z.enum([
  'created',
  'starting',
  'qr_scanning',
  'authenticated',
  'connected',
  'disconnected',
  'action_required',
  'hibernating',
  'failed',
  'logged_out',
  'deleted',
]);
export type SessionStatus = z.infer<typeof SessionStatus>;

/** What the control plane wants; the fleet works towards it. */
export const DesiredStatus = z.enum(['running', 'stopped', 'logged_out', 'deleted']);
export type DesiredStatus = z.infer<typeof DesiredStatus>;

export const StatusReason = z.enum([
  'user_initiated',
  'instance_restart',
  'timeout',
  'error',
  'qr_expired',
  'logged_out',
  'banned',
  'unknown',
]);
export type StatusReason = z.infer<typeof StatusReason>;

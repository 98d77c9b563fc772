import type { Session } from './session.ts';

/** Whether a session has something for an instance to do: run it, log it out, wipe it. The Cloud API needs no fleet. */
export function needsInstance({ desired, status, provider }: Pick<Session, 'desired' | 'status' | 'provider'>): boolean {
  if (provider !== 'webjs' || status === 'deleted') return false;
  switch (desired) {
    case 'running':
    case 'deleted':
      return true;
    case 'stopped':
      return false;
    case 'logged_out':
      return status !== 'logged_out';
  }
}

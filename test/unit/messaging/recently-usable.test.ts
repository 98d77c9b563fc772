import { describe, expect, it } from '@jest/globals';
import { recentlyUsable } from '../../../shared/domain/outbox/recently-usable.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { aSession } from '../../support/builders/session.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';
import { memorySessions } from '../../support/fakes/memory-sessions.ts';

async function setUp(over: Partial<Session> = {}) {
  const clock = new FakeClock();
  const sessions = memorySessions(clock);
  const session = await sessions.insert(aSession(over));
  let reads = 0;
  const get: typeof sessions.get = (...ids) => {
    reads++;
    return sessions.get(...ids);
  };
  return { clock, sessions, session, findUsable: recentlyUsable({ get }, clock), reads: () => reads };
}

describe('recentlyUsable', () => {
  it('reads a session once for a burst, and again a moment later', async () => {
    const { clock, sessions, session: { id, workspaceId }, findUsable, reads } = await setUp();
    await findUsable(workspaceId, id);
    await sessions.intend(workspaceId, id, { desired: 'logged_out' });
    clock.advance(249);
    expect(await findUsable(workspaceId, id)).toMatchObject({ id });
    expect(reads()).toBe(1);
    clock.advance(1);
    await expect(findUsable(workspaceId, id)).rejects.toMatchObject({ code: 'session_not_usable' });
  });

  it('forgets a refusal at once', async () => {
    const { sessions, session: { id, workspaceId }, findUsable } = await setUp({ desired: 'logged_out', status: 'logged_out' });
    await expect(findUsable(workspaceId, id)).rejects.toMatchObject({ code: 'session_not_usable' });
    await sessions.intend(workspaceId, id, { desired: 'running', relink: true });
    await sessions.report(id, 0, { status: 'starting', at: new Date(0).toISOString() });
    expect(await findUsable(workspaceId, id)).toMatchObject({ desired: 'running' });
  });

  it('shows what it remembers to no other workspace (I6)', async () => {
    const { session: { id, workspaceId }, findUsable } = await setUp();
    await findUsable(workspaceId, id);
    await expect(findUsable('wsp_other', id)).rejects.toMatchObject({ code: 'session_not_found' });
  });
});

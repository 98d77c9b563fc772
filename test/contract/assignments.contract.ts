import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Assignments } from '../../shared/domain/sessions/assignments.ts';
import type { Session } from '../../shared/domain/sessions/session.ts';
import type { Sessions } from '../../shared/domain/sessions/sessions.ts';
import { aSession, anId } from '../support/builders/session.ts';

export interface AssignmentsUnderTest {
  readonly assignments: Assignments;
  readonly sessions: Pick<Sessions, 'insert' | 'find' | 'intend' | 'report'>;
}

/** Run on the in-memory fake in unit tests and on DynamoDB in integration tests. */
export function describeAssignments(name: string, make: () => Promise<AssignmentsUnderTest>): void {
  describe(`${name} keeps the contract of Assignments`, () => {
    let assignments: Assignments;
    let sessions: AssignmentsUnderTest['sessions'];
    let session: Session;
    let first: string;
    let second: string;
    const idsIn = (list: readonly Session[]) => list.map(({ id }) => id);

    beforeEach(async () => {
      ({ assignments, sessions } = await make());
      session = await sessions.insert(aSession());
      [first, second] = [anId('ins'), anId('ins')];
    });

    it('gives a session under the next token, and lists it with its instance', async () => {
      expect(await assignments.assign(session.id, first, 0)).toEqual({ sessionId: session.id, instanceId: first, fencingToken: 1 });
      expect(await sessions.find(session.id)).toMatchObject({ instanceId: first, fencingToken: 1, migrationCount: 0, previousInstanceId: null });
      expect(await assignments.listOf(first)).toEqual([await sessions.find(session.id)]);
      expect(idsIn(await assignments.listUnassigned())).not.toContain(session.id);
    });

    it('lets one of several win the same token', async () => {
      const outcomes = await Promise.all([first, second, anId('ins')].map((instance) => assignments.assign(session.id, instance, 0)));
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      expect(await sessions.find(session.id)).toMatchObject({ fencingToken: 1 });
    });

    it('counts a migration when another instance had it, none when the same takes it again', async () => {
      await assignments.assign(session.id, first, 0);
      await assignments.assign(session.id, first, 1);
      expect(await sessions.find(session.id)).toMatchObject({ migrationCount: 0, lastMigrationAt: null });
      await assignments.assign(session.id, second, 2);
      expect(await sessions.find(session.id)).toMatchObject({ migrationCount: 1, previousInstanceId: first, lastMigrationAt: expect.any(String) });
      expect(await assignments.listOf(first)).toEqual([]);
    });

    it('knows no session that is not there', async () => {
      await expect(assignments.assign(anId('ses'), first, 0)).rejects.toMatchObject({ code: 'session_not_found' });
    });

    it('releases what is still held, and remembers who had it', async () => {
      const held = await assignments.assign(session.id, first, 0);
      expect(held && (await assignments.release({ ...held, fencingToken: 9 }))).toBe(false);
      expect(held && (await assignments.release(held))).toBe(true);
      expect(held && (await assignments.release(held))).toBe(false);
      expect(await sessions.find(session.id)).toMatchObject({ instanceId: null, previousInstanceId: first, fencingToken: 1 });
      expect(await assignments.listOf(first)).toEqual([]);
    });

    it('notes that a stopped session stands still when its owner cannot tell any more', async () => {
      const held = await assignments.assign(session.id, first, 0);
      await sessions.report(session.id, 1, { at: '2026-03-01T10:00:00Z', status: 'starting' });
      await sessions.intend(session.workspaceId, session.id, { desired: 'stopped' });
      if (held) await assignments.release(held);
      expect(await sessions.find(session.id)).toMatchObject({ status: 'disconnected', disconnectReason: 'user_initiated', disconnectedAt: expect.any(String) });
    });

    it.each([
      { desired: 'running', waits: true },
      { desired: 'stopped', waits: false },
      { desired: 'logged_out', waits: true },
    ] as const)('lists a released session that should be $desired among the unassigned: $waits', async ({ desired, waits }) => {
      const held = await assignments.assign(session.id, first, 0);
      await sessions.intend(session.workspaceId, session.id, { desired });
      if (held) await assignments.release(held);
      expect(idsIn(await assignments.listUnassigned()).includes(session.id)).toBe(waits);
    });
  });
}

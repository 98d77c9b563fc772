import { beforeEach, describe, expect, it } from '@jest/globals';
import type { InstanceLease } from '../../shared/domain/instances/instance.ts';
import type { InstanceRegistry } from '../../shared/domain/instances/instance-registry.ts';
import type { Assignments } from '../../shared/domain/sessions/assignments.ts';
import type { Session } from '../../shared/domain/sessions/session.ts';
import type { Sessions } from '../../shared/domain/sessions/sessions.ts';
import { anInstance } from '../support/builders/instance.ts';
import { aSession, anId } from '../support/builders/session.ts';

const TTL_MS = 15_000;
const NO_LOAD = { sessions: 0, memoryBytes: 0, eventLoopLagMs: 0 };

export interface AssignmentsUnderTest {
  readonly assignments: Assignments;
  readonly sessions: Pick<Sessions, 'insert' | 'find' | 'intend' | 'report'>;
  readonly registry: InstanceRegistry;
}

/** Run on the in-memory fake in unit tests and on DynamoDB in integration tests. */
export function describeAssignments(name: string, make: () => Promise<AssignmentsUnderTest>): void {
  describe(`${name} keeps the contract of Assignments`, () => {
    let assignments: Assignments;
    let sessions: AssignmentsUnderTest['sessions'];
    let registry: InstanceRegistry;
    let session: Session;
    let first: string;
    let second: string;
    const idsIn = (list: readonly Session[]) => list.map(({ id }) => id);

    const ready = async (): Promise<{ readonly id: string; readonly lease: InstanceLease }> => {
      const id = anId('ins');
      const lease = await registry.register({ id, url: 'http://127.0.0.1:1', zone: 'a', capacity: 9, version: 'test' }, TTL_MS);
      await registry.renew(lease, { state: 'ready', load: NO_LOAD }, TTL_MS);
      return { id, lease };
    };

    beforeEach(async () => {
      ({ assignments, sessions, registry } = await make());
      session = await sessions.insert(aSession());
      [first, second] = [(await ready()).id, (await ready()).id];
    });

    it('gives a session under the next token, and lists it with its instance', async () => {
      expect(await assignments.assign(session.id, first, 0)).toEqual({ sessionId: session.id, instanceId: first, fencingToken: 1 });
      expect(await sessions.find(session.id)).toMatchObject({ instanceId: first, fencingToken: 1, migrationCount: 0, previousInstanceId: null });
      expect(await assignments.listOf(first)).toEqual([await sessions.find(session.id)]);
      expect(idsIn(await assignments.listUnassigned())).not.toContain(session.id);
    });

    it('lets one of several win the same token', async () => {
      const outcomes = await Promise.all([first, second, first].map((instance) => assignments.assign(session.id, instance, 0)));
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      expect(await sessions.find(session.id)).toMatchObject({ fencingToken: 1 });
    });

    it.each<{ what: string; become: (instance: Awaited<ReturnType<typeof ready>>) => Promise<unknown> }>([
      { what: 'was never seen', become: ({ lease, id }) => registry.release(lease).then(() => registry.forget(id)) },
      { what: 'was asked to drain', become: ({ id }) => registry.requestDrain(id) },
      { what: 'drains', become: ({ lease }) => registry.renew(lease, { state: 'draining', load: NO_LOAD }, TTL_MS) },
      { what: 'has left', become: ({ lease }) => registry.release(lease) },
      { what: 'was declared lost', become: async ({ id }) => registry.declareLost((await registry.find(id)) ?? anInstance()) },
    ])('gives nothing to an instance that $what, so that no session is stranded there', async ({ become }) => {
      const third = await ready();
      await become(third);
      expect(await assignments.assign(session.id, third.id, 0)).toBeUndefined();
      expect(await sessions.find(session.id)).toMatchObject({ instanceId: null, fencingToken: 0 });
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

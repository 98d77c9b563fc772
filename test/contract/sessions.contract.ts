import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Session } from '../../shared/domain/sessions/session.ts';
import type { Sessions } from '../../shared/domain/sessions/sessions.ts';
import { aSession, anId } from '../support/builders/session.ts';

/** What a suite needs beside the port: a way to assign, which another port does. */
export interface SessionsUnderTest {
  readonly sessions: Sessions;
  assign(session: Session, instanceId: string): Promise<number>;
}

const AT = '2026-03-01T10:00:00Z';
const LATER = '2026-03-01T10:00:05Z';
const soon = (): string => new Date(Date.now() + 60_000).toISOString();

/** Run on the in-memory fake in unit tests and on DynamoDB in integration tests. */
export function describeSessions(name: string, make: () => Promise<SessionsUnderTest>): void {
  describe(`${name} keeps the contract of Sessions`, () => {
    let workspaceId: string;
    let sessions: Sessions;
    let assign: SessionsUnderTest['assign'];
    const insert = (over: Partial<Session> = {}) => sessions.insert(aSession({ workspaceId, ...over }));

    beforeEach(async () => {
      workspaceId = anId('wsp');
      ({ sessions, assign } = await make());
    });

    it('gives back what was inserted, to its workspace only', async () => {
      const session = await insert({ name: 'Shop' });
      expect(await sessions.get(workspaceId, session.id)).toEqual(session);
      expect(await sessions.find(session.id)).toEqual(session);
      await expect(sessions.get(anId('wsp'), session.id)).rejects.toMatchObject({ code: 'session_not_found' });
      await expect(sessions.get(workspaceId, anId('ses'))).rejects.toMatchObject({ code: 'session_not_found' });
    });

    it('refuses an id that is taken', async () => {
      const session = await insert();
      await expect(sessions.insert(session)).rejects.toMatchObject({ kind: 'conflict' });
    });

    it('makes the first live session primary, and passes that on when it is deleted', async () => {
      const [first, second] = [await insert(), await insert()];
      expect([first.isPrimary, second.isPrimary]).toEqual([true, false]);
      expect(await sessions.findPrimary(workspaceId)).toMatchObject({ id: first.id, isPrimary: true });
      await sessions.intend(workspaceId, first.id, { desired: 'deleted' });
      expect(await sessions.findPrimary(workspaceId)).toMatchObject({ id: second.id, isPrimary: true });
      await sessions.intend(workspaceId, second.id, { desired: 'deleted' });
      expect(await sessions.findPrimary(workspaceId)).toBeUndefined();
      expect(await insert()).toMatchObject({ isPrimary: true });
    });

    it('makes exactly one of several at once primary', async () => {
      await Promise.all([1, 2, 3, 4].map(() => insert()));
      const { items } = await sessions.list(workspaceId, { limit: 10 });
      expect(items.filter(({ isPrimary }) => isPrimary)).toHaveLength(1);
    });

    describe('list', () => {
      it('pages through one workspace in order of id', async () => {
        const made: Session[] = [];
        for (let n = 0; n < 5; n++) made.push(await insert());
        await sessions.insert(aSession({ workspaceId: anId('wsp') }));
        const seen: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await sessions.list(workspaceId, { limit: 2, cursor });
          seen.push(...page.items.map(({ id }) => id));
          cursor = page.cursor;
        } while (cursor !== undefined);
        expect(seen).toEqual(made.map(({ id }) => id).sort());
      });

      it('filters by status, instance and time of disconnection', async () => {
        const [one, two] = [await insert(), await insert()];
        const token = await assign(one, 'ins_a');
        await sessions.report(one.id, token, { at: AT, status: 'disconnected', reason: 'timeout' });
        const ids = async (filter: Parameters<Sessions['list']>[2]) =>
          (await sessions.list(workspaceId, { limit: 10 }, filter)).items.map(({ id }) => id);
        expect(await ids({ status: 'created' })).toEqual([two.id]);
        expect(await ids({ instanceId: 'ins_a' })).toEqual([one.id]);
        expect(await ids({ disconnectedSince: '2026-03-01T11:00:00+01:00' })).toEqual([one.id]);
        expect(await ids({ disconnectedSince: '2026-03-01T10:00:01Z' })).toEqual([]);
        expect(await ids({ status: 'created', instanceId: 'ins_a' })).toEqual([]);
      });

      it('refuses a garbled cursor and one of another list', async () => {
        await insert();
        await insert();
        const { cursor } = await sessions.list(workspaceId, { limit: 1 });
        expect(cursor).toEqual(expect.any(String));
        const invalid = { kind: 'invalid', code: 'invalid_cursor', fields: [expect.objectContaining({ path: 'cursor' })] };
        await expect(sessions.list(workspaceId, { limit: 1, cursor: 'x' })).rejects.toMatchObject(invalid);
        await expect(sessions.list(workspaceId, { limit: 1, cursor }, { status: 'created' })).rejects.toMatchObject(invalid);
        await expect(sessions.list(anId('wsp'), { limit: 1, cursor })).rejects.toMatchObject(invalid);
      });
    });

    it('configures what is given, and nothing else', async () => {
      const { id } = await insert({ name: 'Shop' });
      const onDemand = { idleMinutes: 5, wakeEveryMinutes: null };
      expect(await sessions.configure(workspaceId, id, { onDemand })).toMatchObject({ name: 'Shop', onDemand, desired: 'running' });
      expect(await sessions.configure(workspaceId, id, { name: null })).toMatchObject({ name: null, onDemand });
      expect(await sessions.configure(workspaceId, id, { onDemand: null })).toMatchObject({ onDemand: null });
      await expect(sessions.configure(anId('wsp'), id, { name: 'x' })).rejects.toMatchObject({ code: 'session_not_found' });
    });

    describe('intend', () => {
      it('records the wish and counts requests', async () => {
        const { id } = await insert();
        await sessions.intend(workspaceId, id, { desired: 'stopped' });
        await sessions.intend(workspaceId, id, { desired: 'running', restart: true });
        await sessions.intend(workspaceId, id, { relink: true });
        const session = await sessions.intend(workspaceId, id, { pairingPhoneNumber: '+4915100000000' });
        expect(session).toMatchObject({
          desired: 'running',
          requests: { restarts: 1, relinks: 1, pairings: 1, pairingPhoneNumber: '+4915100000000' },
        });
        expect(await sessions.find(id)).toEqual(session);
      });

      it.each([
        { status: 'logged_out', restarts: 1, because: 'it ended by itself' },
        { status: 'failed', restarts: 1, because: 'it ended by itself' },
        { status: 'connected', restarts: 0, because: 'it runs already' },
      ] as const)('a start of one that is $status asks for $restarts restarts: $because', async ({ status, restarts }) => {
        const { id } = await insert({ status });
        expect((await sessions.intend(workspaceId, id, { desired: 'running' })).requests.restarts).toBe(restarts);
      });

      it('loses none of two wishes at once', async () => {
        const { id } = await insert();
        await Promise.all([1, 2, 3].map(() => sessions.intend(workspaceId, id, { restart: true })));
        expect((await sessions.find(id))?.requests.restarts).toBe(3);
      });

      it('knows nothing of other workspaces', async () => {
        const { id } = await insert();
        await expect(sessions.intend(anId('wsp'), id, { desired: 'stopped' })).rejects.toMatchObject({ code: 'session_not_found' });
        expect((await sessions.find(id))?.desired).toBe('running');
      });

      it('deletes at once what never ran', async () => {
        const { id } = await insert();
        expect(await sessions.intend(workspaceId, id, { desired: 'deleted' })).toMatchObject({ status: 'deleted' });
        expect(await sessions.find(id)).toBeUndefined();
        expect((await sessions.list(workspaceId, { limit: 10 })).items).toEqual([]);
      });

      it('leaves it to the owner to delete what ran, and takes no other wish after that', async () => {
        const session = await insert();
        const token = await assign(session, 'ins_a');
        await sessions.intend(workspaceId, session.id, { desired: 'deleted' });
        expect(await sessions.get(workspaceId, session.id)).toMatchObject({ status: 'created', desired: 'deleted' });
        await expect(sessions.intend(workspaceId, session.id, { desired: 'running' })).rejects.toMatchObject({ kind: 'conflict' });
        await sessions.report(session.id, token, { at: AT, status: 'deleted' });
        await expect(sessions.get(workspaceId, session.id)).rejects.toMatchObject({ code: 'session_not_found' });
      });
    });

    describe('report', () => {
      it('writes what the owner saw and gives back what was before', async () => {
        const session = await insert();
        const token = await assign(session, 'ins_a');
        expect(await sessions.report(session.id, token, { at: AT, status: 'starting' })).toMatchObject({ status: 'created' });
        await sessions.report(session.id, token, { at: AT, status: 'connected', phoneNumber: '+4915100000001' });
        expect(await sessions.find(session.id)).toMatchObject({
          status: 'connected', phoneNumber: '+4915100000001', lastConnectedAt: new Date(AT).toISOString(), disconnectedAt: null,
        });
        await sessions.report(session.id, token, { at: AT, status: 'disconnected', reason: 'timeout', details: 'silent' });
        expect(await sessions.find(session.id)).toMatchObject({
          disconnectedAt: new Date(AT).toISOString(), disconnectReason: 'timeout', disconnectDetails: 'silent', phoneNumber: '+4915100000001',
        });
        await sessions.report(session.id, token, { at: AT, status: 'connected' });
        expect(await sessions.find(session.id)).toMatchObject({ disconnectedAt: null, disconnectReason: null, disconnectDetails: null });
      });

      it('drops what an earlier owner says', async () => {
        const session = await insert();
        const token = await assign(session, 'ins_a');
        await assign({ ...session, fencingToken: token }, 'ins_b');
        expect(await sessions.report(session.id, token, { at: AT, status: 'connected' })).toBeUndefined();
        expect(await sessions.report(anId('ses'), 1, { at: AT, status: 'connected' })).toBeUndefined();
        expect((await sessions.find(session.id))?.status).toBe('created');
      });

      it('leaves out what a batch tells again after a newer one (I5)', async () => {
        const session = await insert();
        const token = await assign(session, 'ins_a');
        await sessions.report(session.id, token, { by: '1-1', at: AT, status: 'starting' });
        await sessions.report(session.id, token, { by: '1-2', at: AT, status: 'connected', phoneNumber: '+4915100000001' });
        await sessions.report(session.id, token, { by: '1-1', at: AT, status: 'starting', storage: { path: 'old', bytes: 1, verifiedAt: AT } });
        expect(await sessions.find(session.id)).toMatchObject({ status: 'connected', storage: null, reportedBy: '1-2' });
        await sessions.report(session.id, token, { by: '1-2', at: AT, status: 'disconnected' });
        expect((await sessions.find(session.id))?.status).toBe('disconnected');
      });

      it('leaves out a status that cannot follow, and takes the rest', async () => {
        const session = await insert();
        const token = await assign(session, 'ins_a');
        await sessions.report(session.id, token, { at: AT, status: 'logged_out', reason: 'logged_out' });
        await sessions.report(session.id, token, { at: AT, status: 'connected', lastActivityAt: AT });
        expect(await sessions.find(session.id)).toMatchObject({ status: 'logged_out', lastActivityAt: AT });
      });

      const link = async (session: Session, at: string, phoneNumber: string) => {
        const token = await assign(session, 'ins_a');
        await sessions.report(session.id, token, { at, status: 'starting' });
        return () => sessions.report(session.id, token, { at, status: 'connected', phoneNumber });
      };

      it('leaves one of several sessions linked with one number at the same time', async () => {
        const all = [await insert(), await insert(), await insert()];
        const reports = await Promise.all(all.map((session) => link(session, AT, '+4915100000003')));
        await Promise.all(reports.map((report) => report()));
        const desired = await Promise.all(all.map(async ({ id }) => (await sessions.find(id))?.desired));
        expect(desired.filter((wanted) => wanted === 'running')).toHaveLength(1);
      });

      it('retires the session linked first, also when that is heard of last', async () => {
        const [first, second] = [await insert(), await insert()];
        const early = await link(first, AT, '+4915100000004');
        const late = await link(second, LATER, '+4915100000004');
        await late();
        await early();
        expect(await sessions.find(first.id)).toMatchObject({ desired: 'deleted', desiredBecause: { details: expect.stringContaining(second.id) } });
        expect(await sessions.find(second.id)).toMatchObject({ desired: 'running', desiredBecause: null });
      });

      it('gives a number to whoever links it after its session is deleted', async () => {
        const [first, second] = [await insert(), await insert()];
        const late = await link(first, LATER, '+4915100000005');
        await late();
        await sessions.report(first.id, 1, { at: LATER, status: 'deleted' });
        const early = await link(second, AT, '+4915100000005');
        await early();
        expect((await sessions.find(second.id))?.desired).toBe('running');
      });

      it('knows the reason when there is no copy of the profile any more', async () => {
        const session = await insert();
        const token = await assign(session, 'ins_a');
        await sessions.report(session.id, token, { at: AT, storage: { path: 'x', bytes: 1, verifiedAt: AT } });
        await sessions.report(session.id, token, { at: AT, storage: null, relinksDone: 1 });
        expect(await sessions.find(session.id)).toMatchObject({ storage: null, relinksDone: 1 });
      });

      it('finds a deleted session no more, in no list, and keeps its id', async () => {
        const session = await insert();
        const token = await assign(session, 'ins_a');
        await sessions.report(session.id, token, { at: AT, status: 'deleted', reason: 'user_initiated' });
        expect(await sessions.find(session.id)).toBeUndefined();
        expect((await sessions.list(workspaceId, { limit: 10 })).items).toEqual([]);
        await expect(sessions.get(workspaceId, session.id)).rejects.toMatchObject({ code: 'session_not_found' });
        await expect(sessions.insert(session)).rejects.toMatchObject({ kind: 'conflict' });
      });

      it('retires the older session of a number that is linked again', async () => {
        const [older, newer] = [await insert(), await insert()];
        const reports = [await link(older, AT, '+4915100000002'), await link(newer, LATER, '+4915100000002')];
        for (const report of reports) await report();
        expect((await sessions.find(older.id))?.desired).toBe('deleted');
        expect((await sessions.find(newer.id))?.desired).toBe('running');
        expect(await sessions.findPrimary(workspaceId)).toMatchObject({ id: newer.id });
      });
    });

    describe('noteWaiting', () => {
      const WHY = 'Waiting for room';

      it('shows a session without an owner as starting, with the reason, and writes that once', async () => {
        const { id } = await insert();
        expect(await sessions.noteWaiting(id, WHY)).toMatchObject({ id, status: 'starting', health: { detail: WHY } });
        expect(await sessions.find(id)).toMatchObject({ status: 'starting', health: { state: 'unknown', detail: WHY } });
        expect(await sessions.noteWaiting(id, WHY)).toBeUndefined();
        expect(await sessions.noteWaiting(id, 'Waiting for something else')).toMatchObject({ health: { detail: 'Waiting for something else' } });
      });

      it.each([
        { what: 'has an owner', over: { instanceId: 'ins_a', fencingToken: 1 } },
        { what: 'shall not run', over: { desired: 'stopped' } },
        { what: 'needs no instance', over: { provider: 'meta' } },
      ] as const)('leaves one alone that $what', async ({ over }) => {
        const session = await insert(over);
        expect(await sessions.noteWaiting(session.id, WHY)).toBeUndefined();
        expect(await sessions.find(session.id)).toEqual(session);
        expect(await sessions.noteWaiting(anId('ses'), WHY)).toBeUndefined();
      });

      it('leaves what a person has to act on to be seen', async () => {
        const { id } = await insert({ status: 'failed', disconnectReason: 'qr_expired' });
        expect(await sessions.noteWaiting(id, WHY)).toMatchObject({ status: 'failed', disconnectReason: 'qr_expired', health: { detail: WHY } });
      });

      it('ends with the wish to run', async () => {
        const { id } = await insert();
        await sessions.noteWaiting(id, WHY);
        const stopped = await sessions.intend(workspaceId, id, { desired: 'stopped' });
        expect(stopped).toMatchObject({ status: 'disconnected', disconnectReason: 'user_initiated', health: { detail: null } });
      });
    });

    it('keeps QR and pairing code until they expire or are cleared', async () => {
      const { id } = await insert();
      expect([await sessions.findQr(id), await sessions.findPairingCode(id)]).toEqual([undefined, undefined]);
      const qr = { qr: '2@abc', expiresAt: soon(), attempt: 2 };
      const code = { code: 'ABCD1234', phoneNumber: '+4915100000000', expiresAt: soon() };
      await sessions.saveQr(id, { ...qr, attempt: 1 });
      await sessions.saveQr(id, qr);
      await sessions.savePairingCode(id, code);
      expect([await sessions.findQr(id), await sessions.findPairingCode(id)]).toEqual([qr, code]);
      await sessions.clearLinking(id);
      expect([await sessions.findQr(id), await sessions.findPairingCode(id)]).toEqual([undefined, undefined]);
      await sessions.saveQr(id, { ...qr, expiresAt: AT });
      expect(await sessions.findQr(id)).toBeUndefined();
    });
  });
}

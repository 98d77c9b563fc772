import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connections, Listening } from '../../shared/domain/realtime/connections.ts';
import type { EventLog } from '../../shared/domain/realtime/event-log.ts';
import type { Subscriptions } from '../../shared/domain/realtime/subscriptions.ts';
import { anEvent } from '../support/builders/webhook.ts';
import { aConnection, aPushJob } from '../support/builders/realtime.ts';

export interface RealtimeStores {
  readonly connections: Connections;
  readonly subscriptions: Subscriptions;
  readonly listening: Listening;
  readonly log: EventLog;
  readonly stop: () => Promise<void>;
}

const LIMIT = 3;
let drawn = 0;
const aChannel = () => `workspace.wsp_${drawn++}`;

/** Run on the in-memory fake in unit tests and on DynamoDB in integration tests. */
export function describeRealtimeStores(name: string, make: () => Promise<RealtimeStores>): void {
  describe(`${name} keeps the contract of connections, subscriptions, listening and the event log`, () => {
    let stores: RealtimeStores;
    beforeAll(async () => {
      stores = await make();
    });
    afterAll(() => stores.stop());

    async function subscribed(channel: string, replayingUntil: number | null = null): Promise<string> {
      const connection = aConnection();
      await stores.connections.insert(connection);
      const { id: connectionId, scopes } = connection;
      expect(await stores.subscriptions.add({ channel, connectionId, scopes, replayingUntil }, LIMIT)).toBe('added');
      return connectionId;
    }

    describe('connections', () => {
      it('are found as they were inserted, and seen later', async () => {
        const connection = aConnection({ since: 'evt_1' });
        await stores.connections.insert(connection);
        expect(await stores.connections.find(connection.id)).toEqual(connection);
        expect(await stores.connections.noteSeen(connection.id, connection.connectedAt + 5)).toBe(true);
        expect(await stores.connections.find(connection.id)).toEqual({ ...connection, lastSeenAt: connection.connectedAt + 5 });
      });

      it('are gone with their subscriptions once dropped, and do not come back', async () => {
        const channel = aChannel();
        const id = await subscribed(channel);
        await stores.connections.drop(id);
        await stores.connections.drop(id);
        expect(await stores.connections.find(id)).toBeUndefined();
        expect(await stores.subscriptions.listOf(channel)).toEqual([]);
        expect(await stores.connections.noteSeen(id, 1)).toBe(false);
        expect(await stores.subscriptions.add({ channel, connectionId: id, scopes: [], replayingUntil: null }, LIMIT)).toBe('gone');
        expect(await stores.subscriptions.listOf(channel)).toEqual([]);
      });

      it('are listed when they were silent for long, longest first', async () => {
        const [old, older, fresh] = [aConnection({ connectedAt: 2_000 }), aConnection({ connectedAt: 1_000 }), aConnection()];
        for (const connection of [old, older, fresh]) await stores.connections.insert(connection);
        expect(await stores.connections.listSilent(2_001, 10)).toEqual([older.id, old.id]);
        expect(await stores.connections.listSilent(2_001, 1)).toEqual([older.id]);
        await stores.connections.noteSeen(older.id, 3_000);
        expect(await stores.connections.listSilent(2_001, 10)).toEqual([old.id]);
      });
    });

    describe('subscriptions', () => {
      it('are listed by channel, each with what it may see', async () => {
        const channel = aChannel();
        const ids = [await subscribed(channel), await subscribed(channel)];
        await subscribed(aChannel());
        const found = await stores.subscriptions.listOf(channel);
        expect(found.map(({ connectionId }) => connectionId).sort()).toEqual(ids.sort());
        expect(found[0]).toMatchObject({ scopes: aConnection().scopes, replayingUntil: null, replayed: [] });
      });

      it('are limited in number, and one that is made again counts once', async () => {
        const id = await subscribed(aChannel());
        const channels = [aChannel(), aChannel(), aChannel()];
        const add = (channel = '') => stores.subscriptions.add({ channel, connectionId: id, scopes: [], replayingUntil: null }, LIMIT);
        expect([await add(channels[0]), await add(channels[1]), await add(channels[2])]).toEqual(['added', 'added', 'too-many']);
        expect(await add(channels[1])).toBe('added');
        expect(await stores.subscriptions.listOf(channels[2] ?? '')).toEqual([]);
        await stores.subscriptions.remove(channels[0] ?? '', id);
        expect(await add(channels[2])).toBe('added');
        expect(await stores.subscriptions.listOf(channels[0] ?? '')).toEqual([]);
      });

      it('may be removed when they, or their connection, are not there', async () => {
        await stores.subscriptions.remove(aChannel(), await subscribed(aChannel()));
        await stores.subscriptions.remove(aChannel(), 'nobody');
        expect(await stores.connections.find('nobody')).toBeUndefined();
      });
    });

    describe('a replay', () => {
      it('takes jobs over until it is live, and says which it has not sent', async () => {
        const channel = aChannel();
        const id = await subscribed(channel, 9);
        const { handOver, goLive, listOf } = stores.subscriptions;
        expect(await handOver(channel, id, 'job 2')).toBe(true);
        expect(await goLive(channel, id, ['job 1'])).toEqual(['job 2']);
        expect((await listOf(channel))[0]?.replayingUntil).toBe(9);
        expect(await goLive(channel, id, ['job 1', 'job 2'])).toEqual([]);
        expect((await listOf(channel))[0]).toMatchObject({ replayingUntil: null, replayed: expect.arrayContaining(['job 1', 'job 2']) });
      });

      it('leaves a job to the one who has it once it is live, but not one it has sent', async () => {
        const channel = aChannel();
        const id = await subscribed(channel, 9);
        await stores.subscriptions.goLive(channel, id, ['job 1']);
        expect(await stores.subscriptions.handOver(channel, id, 'job 1')).toBe(true);
        expect(await stores.subscriptions.handOver(channel, id, 'job 2')).toBe(false);
      });

      it('of who has gone ends, and takes what is left', async () => {
        expect(await stores.subscriptions.goLive(aChannel(), 'nobody', [])).toEqual([]);
        expect(await stores.subscriptions.handOver(aChannel(), 'nobody', 'job')).toBe(true);
      });

      it('settles each job once, however the two meet', async () => {
        const channel = aChannel();
        const id = await subscribed(channel, 9);
        const jobs = Array.from({ length: 12 }, (_, n) => `job ${n}`);
        const sent = new Set<string>();
        const replay = async () => {
          for (let missing = ['-']; missing.length > 0; ) {
            missing = [...(await stores.subscriptions.goLive(channel, id, [...sent]))];
            for (const job of missing) sent.add(job);
          }
        };
        const kept = await Promise.all([...jobs.map((job) => stores.subscriptions.handOver(channel, id, job)), replay()]);
        const byOthers = jobs.filter((_, i) => kept[i] === false);
        expect([...sent, ...byOthers].sort()).toEqual([...jobs].sort());
      });
    });

    describe('listening', () => {
      it('goes on without a break while somebody is there, and begins anew afterwards', async () => {
        const workspace = `wsp_${drawn++}`;
        const { note, since } = stores.listening;
        expect(await since(workspace, 1_000)).toBeUndefined();
        await note(workspace, 1_000, 2_000);
        await note(workspace, 1_500, 2_500);
        expect(await since(workspace, 2_500)).toBe(1_000);
        expect(await since(workspace, 2_501)).toBeUndefined();
        await note(workspace, 3_000, 4_000);
        expect(await since(workspace, 3_000)).toBe(3_000);
      });
    });

    describe('the event log', () => {
      it('gives jobs back in order, the newest if there are too many, each once', async () => {
        const workspace = `wsp_${drawn++}`;
        const jobs = [10, 20, 30].map((at) => aPushJob(at, [anEvent({ data: { at } }), anEvent()], workspace));
        for (const job of [jobs[2], jobs[0], jobs[1], jobs[0]]) if (job) await stores.log.append(job);
        await stores.log.append(aPushJob(15, undefined, 'wsp_other'));
        expect(await stores.log.readFrom(workspace, 0, 10)).toEqual(jobs);
        expect(await stores.log.readFrom(workspace, 20, 10)).toEqual(jobs.slice(1));
        expect(await stores.log.readFrom(workspace, 0, 2)).toEqual(jobs.slice(1));
        expect(await stores.log.readFrom(workspace, 31, 10)).toEqual([]);
      });
    });
  });
}

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ProfileOwner, type ProfilePlace, type SessionStore, type SkippedCopy, StaleOwnerError } from '../../fleet/storage/session-store.ts';
import { anId } from '../support/builders/session.ts';
import { readLink, writeProfile } from '../support/builders/profile.ts';

export interface SessionStoreUnderTest {
  /** The store as one more instance has it. */
  open(): SessionStore;
  /** How many states of a session it can go back to. */
  readonly states: number;
  /** Damages the newest state of a session that is not damaged yet. `false`: there is none. */
  damageNewest(place: ProfilePlace): Promise<boolean>;
}

/** Run on the in-memory fake and the stores on files in unit tests, on S3 in integration tests. */
export function describeSessionStore(name: string, make: (root: string) => Promise<SessionStoreUnderTest>): void {
  describe(`${name} keeps the contract of SessionStore`, () => {
    let root: string;
    let under: SessionStoreUnderTest;
    let place: ProfilePlace;
    const owner = (fencingToken: number): ProfileOwner => ({ ...place, fencingToken });

    /** Where a browser of that owner runs: on the disk of its instance, or where the store wants it. */
    const profileOf = ({ fencingToken, ...place }: ProfileOwner): string =>
      under.open().homeOf?.(place) ?? join(root, `instance-${fencingToken}`, place.sessionId);
    const save = async (of: ProfileOwner, link: string | Buffer) => under.open().save(of, await writeProfile(profileOf(of), link));
    const restore = async (of: ProfileOwner) => {
      const skipped: SkippedCopy[] = [];
      const stored = await under.open().restoreLatest(of, profileOf(of), { onSkipped: (copy) => skipped.push(copy) });
      return { stored, skipped, link: stored && (await readLink(profileOf(of))).toString('latin1') };
    };
    const damageAll = async () => {
      while (await under.damageNewest(place));
    };

    beforeEach(async () => {
      root = await mkdtemp(join(tmpdir(), 'blazz-store-'));
      place = { workspaceId: anId('wsp'), sessionId: anId('ses') };
      under = await make(root);
    });
    afterEach(() => rm(root, { recursive: true, force: true, maxRetries: 3 }));

    it('brings a session back on another instance, byte for byte (I4)', async () => {
      const link = randomBytes(300_000);
      const saved = await save(owner(1), link);
      expect(Date.parse(saved.verifiedAt)).toBeGreaterThan(0);
      const restored = await restore(owner(2));
      expect(restored).toMatchObject({ stored: { path: saved.path, bytes: saved.bytes }, skipped: [], link: link.toString('latin1') });
    });

    it('has nothing for a session it does not know', async () => {
      expect(await restore(owner(1))).toEqual({ stored: undefined, skipped: [], link: undefined });
      expect(await under.open().describe(place)).toBeUndefined();
      await under.open().wipe(owner(1));
    });

    it('prefers the newest, of the newest owner', async () => {
      for (const link of ['1', '2']) await save(owner(1), link);
      expect(await restore(owner(2))).toMatchObject({ link: '2' });
      await save(owner(2), '3');
      expect(await restore(owner(3))).toMatchObject({ link: '3' });
    });

    it('passes over a copy that turned out to hold no link, if it keeps several', async () => {
      await save(owner(1), 'linked');
      const { path } = await save(owner(1), 'no link');
      if (under.states === 1) return;
      const passOver = new Set([path]);
      expect(await under.open().describe(place, passOver)).not.toMatchObject({ path });
      await under.open().restoreLatest(owner(2), profileOf(owner(2)), { passOver });
      expect((await readLink(profileOf(owner(2)))).toString()).toBe('linked');
    });

    it('takes nothing from an owner that was replaced, and lets it wipe nothing (I3)', async () => {
      await save(owner(1), 'before');
      await restore(owner(2));
      await save(owner(2), 'of the new owner');
      await expect(under.open().save(owner(1), profileOf(owner(1)))).rejects.toThrow(StaleOwnerError);
      await under.open().wipe(owner(1));
      expect(await restore(owner(3))).toMatchObject({ link: 'of the new owner', skipped: [] });
    });

    it('keeps what was there when a profile cannot be copied', async () => {
      await save(owner(1), 'good');
      const before = await under.open().describe(place);
      if (under.states > 1) await expect(under.open().save(owner(1), join(root, 'nothing here'))).rejects.toMatchObject({ message: expect.any(String) });
      expect(await under.open().describe(place)).toEqual(before);
      expect(await restore(owner(2))).toMatchObject({ link: 'good' });
    });

    it('keeps a few states, and goes back past damaged ones as far as they reach, saying so', async () => {
      for (const link of ['1', '2', '3', '4', '5']) await save(owner(1), link);
      for (let gone = 1; gone < under.states; gone++) {
        await under.damageNewest(place);
        const { link, skipped } = await restore(owner(2));
        expect([link, skipped.length]).toEqual([String(5 - gone), gone]);
        expect(skipped.map(({ code }) => code)).toEqual(skipped.map(() => 'snapshot_corrupt'));
      }
      await damageAll();
      const last = await restore(owner(2));
      expect(last).toMatchObject({ stored: undefined, link: undefined });
      expect(last.skipped).toHaveLength(under.states);
    });

    it('leaves nothing of a damaged copy behind', async () => {
      await save(owner(1), 'x');
      await damageAll();
      await restore(owner(2));
      const left = await readdir(join(root, 'instance-2')).catch(() => []);
      expect(left).toEqual([]);
    });

    it('has nothing of a session once it is wiped, and keeps the link that follows', async () => {
      const other = { ...owner(1), sessionId: anId('ses') };
      await save(owner(1), 'old link');
      await save(other, 'somebody else');
      await under.open().wipe(owner(1));
      expect(await under.open().describe(place)).toBeUndefined();
      expect(await restore(owner(2))).toMatchObject({ stored: undefined, skipped: [] });
      await save(owner(2), 'new link');
      expect(await restore(owner(3))).toMatchObject({ link: 'new link' });
      expect(await restore({ ...other, fencingToken: 2 })).toMatchObject({ link: 'somebody else' });
    });

    it('describes the newest without reading it', async () => {
      const saved = await save(owner(1), 'x');
      expect(await under.open().describe(place)).toEqual({ path: saved.path, bytes: saved.bytes });
      expect(saved.path).toContain(place.workspaceId);
      expect(saved.bytes).toBeGreaterThan(0);
    });

    it.each(['..', '../../etc', 'ses_01/..', '/etc', ''])('refuses %j in place of an id', async (id) => {
      const store = under.open();
      for (const strange of [{ ...owner(1), sessionId: id }, { ...owner(1), workspaceId: id }]) {
        const refused = (async () => store.save(strange, root))();
        await expect(refused).rejects.toThrow('is no id');
        await expect((async () => store.restoreLatest(strange, join(root, 'new')))()).rejects.toThrow('is no id');
        await expect((async () => store.wipe(strange))()).rejects.toThrow('is no id');
        await expect((async () => store.describe(strange))()).rejects.toThrow('is no id');
      }
    });
  });
}

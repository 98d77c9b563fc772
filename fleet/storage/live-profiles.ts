import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dropCaches, measureProfile, type ProfileSize } from './profile-caches.ts';
import type { ProfileOwner, RestoreOptions, SessionStore, StoredProfile } from './session-store.ts';

const MARKER = 'blazz-owner.json';
const SESSION_ID = /^ses_[0-9A-Z]{26}$/;

export interface PreparedProfile {
  readonly dir: string;
  /** `undefined`: nothing to go on with, the number must be linked. */
  readonly restoredFrom: StoredProfile | 'warm' | undefined;
  /** It is a copy, or was one, and nobody has asked the phone yet for what came after it (`noteCaughtUp`). */
  readonly isBehind: boolean;
}

interface Marker {
  readonly fencingToken?: number;
  readonly isBehind?: boolean;
}

/**
 * The profiles this instance's browsers run on: one folder a session, in a folder of this instance. A process that hangs
 * with its browsers alive must not share a folder with the one that takes over.
 */
export class LiveProfiles {
  readonly #dir: string;
  readonly #store: SessionStore;
  #sweeping: Promise<unknown> = Promise.resolve();

  constructor(profileRoot: string, instanceId: string, store: SessionStore) {
    this.#dir = join(profileRoot, instanceId);
    this.#store = store;
  }

  dirOf(sessionId: string): string {
    if (!SESSION_ID.test(sessionId)) throw new Error(`${sessionId} is no session id`);
    return join(this.#dir, sessionId);
  }

  /**
   * A profile to start a browser on: the one that lies here if nobody else has run the session since, else the newest
   * snapshot. In a store that copies nothing it lies there already. It has no caches: a browser that was killed could not
   * drop its own.
   */
  async prepare(owner: ProfileOwner, options?: RestoreOptions): Promise<PreparedProfile> {
    const home = this.#store.homeOf?.(owner);
    const dir = home ?? this.dirOf(owner.sessionId);
    await this.#sweeping;
    const marker = await this.#readMarker(dir);
    const isWarm = marker.fencingToken === owner.fencingToken;
    if (!isWarm && home === undefined) await rm(dir, { recursive: true, force: true });
    const restored = isWarm ? 'warm' : await this.#store.restoreLatest(owner, dir, options);
    const isBehind = isWarm ? marker.isBehind === true : restored !== undefined;
    await this.#finish(owner, dir, isBehind);
    return { dir, restoredFrom: restored, isBehind };
  }

  /**
   * Puts the newest snapshot in place of the profile that lies here. `undefined`: there is none that is whole, and it
   * stays; or the store copies nothing.
   */
  async replaceBySnapshot(owner: ProfileOwner, options?: RestoreOptions): Promise<PreparedProfile | undefined> {
    if (this.#store.homeOf) return undefined;
    const dir = this.dirOf(owner.sessionId);
    const aside = `${dir}.aside`;
    await rm(aside, { recursive: true, force: true });
    const lies = await rename(dir, aside).then(() => true, () => false);
    const restoredFrom = await this.#store.restoreLatest(owner, dir, options).catch(() => undefined);
    if (restoredFrom === undefined) {
      if (lies) await rm(dir, { recursive: true, force: true }).then(() => rename(aside, dir));
      return undefined;
    }
    await Promise.all([this.#finish(owner, dir, true), rm(aside, { recursive: true, force: true, maxRetries: 3 })]);
    return { dir, restoredFrom, isBehind: true };
  }

  /** The phone was asked for all that came after the copy: also after a restart this profile lacks nothing. */
  noteCaughtUp(owner: ProfileOwner): Promise<void> {
    return this.#mark(owner, this.#store.homeOf?.(owner) ?? this.dirOf(owner.sessionId), false);
  }

  async #finish(owner: ProfileOwner, dir: string, isBehind: boolean): Promise<void> {
    await dropCaches(dir);
    await mkdir(dir, { recursive: true });
    await this.#mark(owner, dir, isBehind);
  }

  #mark({ fencingToken }: ProfileOwner, dir: string, isBehind: boolean): Promise<void> {
    return writeFile(join(dir, MARKER), JSON.stringify({ fencingToken, isBehind } satisfies Marker));
  }

  measure(owner: ProfileOwner): Promise<ProfileSize> {
    return measureProfile(this.#store.homeOf?.(owner) ?? this.dirOf(owner.sessionId));
  }

  /** Removes the profiles of sessions that are not ours any more. Returns how many. A session that comes meanwhile waits. */
  sweep(isOurs: (sessionId: string) => boolean): Promise<number> {
    const sweep = this.#removeStrangers(isOurs);
    this.#sweeping = sweep.catch(() => undefined); // whoever asked hears of it
    return sweep;
  }

  remove(sessionId: string): Promise<void> {
    return rm(this.dirOf(sessionId), { recursive: true, force: true, maxRetries: 3 });
  }

  removeAll(): Promise<void> {
    return rm(this.#dir, { recursive: true, force: true, maxRetries: 3 });
  }

  async #removeStrangers(isOurs: (sessionId: string) => boolean): Promise<number> {
    const ids = (await readdir(this.#dir).catch(() => [])).filter((name) => SESSION_ID.test(name));
    let removed = 0;
    for (const id of ids) {
      if (isOurs(id)) continue; // asked last of all: what is admitted from here on waits for us
      await this.remove(id);
      removed += 1;
    }
    return removed;
  }

  async #readMarker(dir: string): Promise<Marker> {
    try {
      return JSON.parse(await readFile(join(dir, MARKER), 'utf8')) as Marker;
    } catch {
      return {}; // no profile here, or not one we finished preparing
    }
  }
}

/** Removes the folders of instances that are gone. */
export async function sweepProfiles(profileRoot: string, liveInstances: readonly string[]): Promise<void> {
  const folders = await readdir(profileRoot).catch(() => []);
  const stale = folders.filter((name) => name.startsWith('ins_') && !liveInstances.includes(name));
  await Promise.all(stale.map((name) => rm(join(profileRoot, name), { recursive: true, force: true })));
}

import { join } from 'node:path';

/** What Chromium leaves behind when it is killed, and then refuses to start on from another host. */
export const lockFiles = (profileDir: string): readonly string[] =>
  ['SingletonLock', 'SingletonCookie', 'SingletonSocket'].map((name) => join(profileDir, name));

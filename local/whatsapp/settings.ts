import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';

export const Build = z.enum(['classic', 'minified-key', 'media-id', 'tomorrow']);
export type Build = z.infer<typeof Build>;

const milliseconds = (least: number) => z.int().min(least).max(24 * 3_600_000);

/** What the control API may change while the service runs. */
export const Settings = z.strictObject({
  ackDelayMs: milliseconds(0), // from accepting a message to its first ack
  syncMs: milliseconds(0), // from CONNECTED to hasSynced
  qrTtlMs: milliseconds(200), // life of one QR reference
  qrRefs: z.int().min(1).max(1000), // references in a round; after the last the page turns UNPAIRED_IDLE
  pairingCodeTtlMs: milliseconds(200),
  keepaliveMs: milliseconds(100), // how often an idle page sends a ping
  modalMs: milliseconds(0), // how long a "What's new" dialog may stay before the link is ended
  historyLimit: z.int().min(1).max(10_000), // messages in one answer to a history request
  build: Build, // of pages served from now on
});
export type Settings = z.infer<typeof Settings>;
export const SettingsPatch = Settings.partial();

const DEFAULTS: Settings = {
  ackDelayMs: 0,
  syncMs: 200,
  qrTtlMs: 20_000,
  qrRefs: 6,
  pairingCodeTtlMs: 180_000,
  keepaliveMs: 20_000,
  modalMs: 300_000,
  historyLimit: 1000,
  build: 'classic',
};

export interface SettingsStore {
  readonly current: Readonly<Settings>;
  update(patch: z.infer<typeof SettingsPatch>): void;
}

/** Settings survive a restart, so that a killed service comes back as it was configured. */
export function settingsStore(database: DatabaseSync): SettingsStore {
  const save = database.prepare(`INSERT OR REPLACE INTO settings (name, value) VALUES ('settings', ?)`);
  const row = database.prepare(`SELECT value FROM settings WHERE name = 'settings'`).get();
  const stored = row ? SettingsPatch.parse(JSON.parse(String(row['value']))) : {};
  let current = Settings.parse({ ...DEFAULTS, ...stored });
  return {
    get current() {
      return current;
    },
    update(patch) {
      current = Settings.parse({ ...current, ...patch });
      save.run(JSON.stringify(current));
    },
  };
}

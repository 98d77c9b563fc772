import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cp, readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { mendDatabases } from '../../../fleet/storage/mend-databases.ts';
import { until } from '../../../local/client/until.ts';
import { ClientHarness, type ClientUnderTest } from './client-harness.ts';

const TEST_MS = 60_000;
const SHOP = '+4915200000001';
const CARLA = '+4915200000002';
const DATABASE = 'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb';

describe('A profile whose database log ends within a record', () => {
  let harness: ClientHarness;
  beforeAll(async () => {
    harness = await ClientHarness.start();
    await harness.phones(CARLA);
  }, TEST_MS);
  afterAll(() => harness?.stop(), TEST_MS);

  const logOf = async (profile: string): Promise<string> => {
    const [name] = (await readdir(join(profile, DATABASE))).filter((file) => file.endsWith('.log'));
    return join(profile, DATABASE, name ?? 'no log');
  };
  const bytesOf = async (profile: string) => (await stat(await logOf(profile))).size;

  /** Chromium writes more behind what lies there; then it is killed, and the profile copied as it is. */
  const goesOn = async (under: ClientUnderTest, profile: string, words: string) => {
    const before = await bytesOf(profile);
    await harness.service.must('POST', `/phones/${CARLA}/messages`, { to: SHOP, text: words });
    await under.received(words);
    await until(async () => (await bytesOf(profile)) > before, { what: 'the page to write it down' });
    under.client.kill();
    const copy = harness.newProfile();
    await cp(profile, copy, { recursive: true });
    return copy;
  };

  it('still holds its link after two more lives (I4)', async () => {
    const first = harness.newProfile();
    const torn = await goesOn(await harness.linked(SHOP, first), first, 'first');
    await truncate(await logOf(torn), (await bytesOf(torn)) - 5);
    expect(await mendDatabases(torn)).toBeGreaterThan(0);

    const second = await harness.open(torn);
    await second.event('ready');
    const last = await goesOn(second, torn, 'second');
    await mendDatabases(last);
    const third = await harness.open(last);
    await until(async () => third.ofType('ready')[0] ?? third.ofType('qr')[0], { what: 'ready, or a QR code' });
    expect(third.ofType('qr')).toEqual([]);
    await third.client.close();
  }, TEST_MS);
});

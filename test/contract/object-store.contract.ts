import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { ObjectStore } from '../../shared/domain/objects/object-store.ts';
import { anId } from '../support/builders/session.ts';

/** Run on the in-memory fake in unit tests and on S3 in integration tests. Each test keeps to a prefix of its own. */
export function describeObjectStore(name: string, make: () => ObjectStore): void {
  describe(`${name} keeps the contract of ObjectStore`, () => {
    it('gives back the bytes it was given, the last if twice', async () => {
      const [store, key, content] = [make(), `${anId('obj')}/a b.zip`, randomBytes(200_000)];
      await store.put(key, new Uint8Array());
      await store.put(key, content);
      expect(content.equals((await store.get(key)) ?? Buffer.alloc(0))).toBe(true);
      expect(await store.list(key)).toEqual([{ key, bytes: content.length }]);
    });

    it('has nothing under a key nobody has written', async () => {
      expect(await make().get(anId('obj'))).toBeUndefined();
      expect(await make().list(anId('obj'))).toEqual([]);
    });

    it('lists by prefix, in order, and removes what is named', async () => {
      const [store, folder] = [make(), anId('obj')];
      for (const name of ['b', 'a', 'c/d']) await store.put(`${folder}/${name}`, Buffer.from(name));
      await store.put(`${folder}-other`, Buffer.from('x'));
      expect((await store.list(`${folder}/`)).map(({ key }) => key)).toEqual([`${folder}/a`, `${folder}/b`, `${folder}/c/d`]);
      await store.remove([`${folder}/a`, `${folder}/c/d`, `${folder}/never`]);
      await store.remove([]);
      expect((await store.list(folder)).map(({ key }) => key)).toEqual([`${folder}-other`, `${folder}/b`]);
    });

    it('lists more than comes in one page', async () => {
      const [store, folder] = [make(), anId('obj')];
      const keys = Array.from({ length: 1_100 }, (_, i) => `${folder}/${String(i).padStart(4, '0')}`);
      for (let from = 0; from < keys.length; from += 50) {
        await Promise.all(keys.slice(from, from + 50).map((key) => store.put(key, new Uint8Array())));
      }
      expect((await store.list(folder)).map(({ key }) => key)).toEqual(keys);
      await store.remove(keys);
      expect(await store.list(folder)).toEqual([]);
    });
  });
}

import type { ObjectStore } from '../../../shared/domain/objects/object-store.ts';

export function memoryObjects(): ObjectStore {
  const objects = new Map<string, Uint8Array>();
  return {
    async put(key, content) {
      objects.set(key, content);
    },
    get: async (key) => objects.get(key),
    list: async (prefix) =>
      [...objects].filter(([key]) => key.startsWith(prefix)).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, { length }]) => ({ key, bytes: length })),
    async remove(keys) {
      for (const key of keys) objects.delete(key);
    },
  };
}

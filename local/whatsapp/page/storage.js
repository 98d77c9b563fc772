/** The page's IndexedDB. A browser profile that holds it holds the link. */

const NAME = 'model-storage';
const USER = 'user'; // credentials and the like, by name
const MESSAGE = 'message';
const CHAT = 'chat';

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const completed = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });

let database;

export async function openStorage() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(USER);
    request.result.createObjectStore(CHAT, { keyPath: 'id' });
    request.result.createObjectStore(MESSAGE, { keyPath: 'key' }).createIndex('seq', 'seq');
  };
  database = await done(request);
}

export const readUser = (name) => done(database.transaction(USER).objectStore(USER).get(name));

/** Resolves when the browser says it is on disk. */
export async function writeUser(name, value) {
  const transaction = database.transaction(USER, 'readwrite', { durability: 'strict' });
  transaction.objectStore(USER).put(value, name);
  await completed(transaction);
}

export const readChats = () => done(database.transaction(CHAT).objectStore(CHAT).getAll());

export const readMessage = (key) => done(database.transaction(MESSAGE).objectStore(MESSAGE).get(key));

/** The newest rows, oldest of them first. Rows are numbered without gaps, so the last number tells where to begin. */
export async function readRecentMessages(limit) {
  const bySeq = database.transaction(MESSAGE).objectStore(MESSAGE).index('seq');
  const newest = await done(bySeq.openKeyCursor(null, 'prev'));
  return newest ? done(bySeq.getAll(IDBKeyRange.lowerBound(newest.key - limit, true))) : [];
}

export async function writeRows({ messages, chats, receipts }) {
  const transaction = database.transaction([MESSAGE, CHAT, USER], 'readwrite');
  for (const row of messages) transaction.objectStore(MESSAGE).put(row);
  for (const row of chats) transaction.objectStore(CHAT).put(row);
  transaction.objectStore(USER).put(receipts, 'receipts');
  await completed(transaction);
}

export async function deleteMessagesBefore(seq) {
  const transaction = database.transaction(MESSAGE, 'readwrite');
  const store = transaction.objectStore(MESSAGE);
  const keys = await done(store.index('seq').getAllKeys(IDBKeyRange.upperBound(seq, true)));
  for (const key of keys) store.delete(key);
  await completed(transaction);
}

export async function eraseStorage() {
  const transaction = database.transaction([MESSAGE, CHAT, USER], 'readwrite', { durability: 'strict' });
  for (const name of [MESSAGE, CHAT, USER]) transaction.objectStore(name).clear();
  await completed(transaction);
}

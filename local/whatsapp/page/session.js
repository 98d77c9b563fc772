import { Emitter } from './emitter.js';
import { Line } from './line.js';
import { Model } from './model.js';
import { eraseStorage, readUser, writeUser } from './storage.js';
import { createWid } from './wid.js';

const OPENING_LIMIT_MS = 60_000; // then the page calls it TIMEOUT, and goes on trying
const OFFLINE_PROGRESS = [25, 50, 75, 100];

/** What clients watch: `state` and `hasSynced`. */
export const Socket = new Model({ state: 'UNLAUNCHED', stream: 'DISCONNECTED', hasSynced: false });
export const Conn = new Model({ ref: undefined, pushname: undefined, platform: undefined, wid: undefined });
export const Cmd = new Emitter();
export const me = { wid: undefined, lid: undefined };
export const progress = { offline: 0 };

let credentials; // undefined: not linked
let isFresh = false; // linked in this page, and nothing synced yet
let keys; // what the QR code shows of us
let hasBeenConnected = false;
let pingTimer;
let openingTimer;
const onConnected = []; // called with the `ok` frame at each login
const linkedNow = { receipts: 0 };

export const line = new Line({ onOpen, onClosed });
export const whenConnected = (action) => onConnected.push(action);
/** The newest receipt the page has stored: the service replays what came after it. */
export const noteReceipts = (number) => (linkedNow.receipts = number);

export async function launch(publicKeys) {
  keys = publicKeys;
  credentials = await readUser('credentials');
  linkedNow.receipts = (await readUser('receipts')) ?? 0;
  if (credentials) setMe(credentials);
  connect();
}

export function connect() {
  Socket.set({ state: 'OPENING' });
  clearTimeout(openingTimer);
  openingTimer = setTimeout(() => Socket.state === 'OPENING' && Socket.set({ state: 'TIMEOUT' }), OPENING_LIMIT_MS);
  line.open();
}

function setMe({ number, lid, name }) {
  me.wid = createWid(`${number}@c.us`);
  me.lid = createWid(lid);
  Conn.set({ wid: me.wid, platform: 'android', pushname: name ?? Conn.pushname });
}

function onOpen() {
  if (credentials) line.send({ t: 'login', ...credentials, lid: undefined, receipts: linkedNow.receipts, isFresh });
  else line.send({ t: 'hello', keys });
}

function onClosed() {
  clearInterval(pingTimer);
  Socket.set({ stream: 'DISCONNECTED', state: Socket.state === 'TIMEOUT' ? 'TIMEOUT' : 'OPENING' });
}

line.handle({
  ref({ ref }) {
    Conn.set({ ref });
    Socket.set({ state: 'UNPAIRED' });
  },
  rest() {
    Socket.set({ state: 'UNPAIRED_IDLE' });
  },
  async paired({ credentials: given }) {
    Socket.set({ state: 'PAIRING' });
    await writeUser('credentials', given);
    credentials = given;
    isFresh = true;
    setMe(given);
    onOpen();
  },
  ok(frame) {
    setMe(frame.me);
    for (const action of onConnected) action(frame);
    clearInterval(pingTimer);
    pingTimer = setInterval(() => line.send({ t: 'ping' }), frame.keepaliveMs);
    Socket.set({ stream: 'CONNECTED', state: 'CONNECTED' });
    isFresh = false;
    if (!hasBeenConnected) sync(frame.syncMs);
    hasBeenConnected = true;
  },
  conflict() {
    stop('CONFLICT');
  },
  async denied({ reason }) {
    if (reason === 'outdated') return stop('DEPRECATED_VERSION');
    await forgetLink();
    if (reason === 'banned') return stop('TOS_BLOCK');
    if (hasBeenConnected) return leave();
    connect();
  },
});

/** Nothing is announced when `hasSynced` was set before a client listened; that is how the real page does it. */
function sync(syncMs) {
  OFFLINE_PROGRESS.forEach((percent, step) => {
    setTimeout(() => {
      progress.offline = percent;
      Cmd.trigger('offline_progress_update_from_bridge');
    }, (syncMs * step) / OFFLINE_PROGRESS.length);
  });
  setTimeout(() => Socket.set({ hasSynced: true }), syncMs);
}

function stop(state) {
  line.close();
  clearInterval(pingTimer);
  Socket.set({ stream: 'DISCONNECTED', state });
}

async function forgetLink() {
  credentials = undefined;
  linkedNow.receipts = 0;
  await eraseStorage();
  localStorage.clear();
}

/** As after a logout anywhere: say so, then start over on the page a new link begins from. */
function leave() {
  line.close();
  clearInterval(pingTimer);
  Cmd.trigger('logout');
  setTimeout(() => location.replace('/?post_logout=1'), 100);
}

/** A round of QR codes begins anew. */
export const refreshQR = () => (line.isOpen ? line.send({ t: 'hello', keys }) : connect());

Object.assign(Cmd, { refreshQR });
Object.defineProperties(Socket, {
  logout: {
    async value() {
      line.send({ t: 'logout' });
      await forgetLink();
      leave();
    },
  },
  takeover: { value: connect },
  reconnect: { value: connect },
  isConnected: { value: () => Socket.state === 'CONNECTED' },
});

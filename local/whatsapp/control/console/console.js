import * as api from './api.js';
import * as views from './views.js';

const REFRESH_MS = 1000;
const NOTICE_MS = 4000;

const element = (id) => document.getElementById(id);
const selected = { number: undefined, chat: undefined, phone: undefined };

/** Only what changed is drawn again, so that nobody loses what they are typing. */
const drawn = new Map();
function draw(id, html) {
  if (!element(id) || drawn.get(id) === html) return false;
  drawn.set(id, html);
  element(id).innerHTML = html;
  return true;
}

let noticeTimer;
function notice(text) {
  clearTimeout(noticeTimer);
  element('notice').textContent = text;
  element('notice').classList.add('shown');
  noticeTimer = setTimeout(() => element('notice').classList.remove('shown'), NOTICE_MS);
}

async function refresh() {
  const [phones, stats, waiting] = await Promise.all([
    api.listPhones(element('search').value.trim()),
    api.getStats(),
    api.listWaiting(),
  ]);
  element('stats').textContent = views.statsLine(stats);
  draw('phones', phones.map((phone) => views.phoneItem(phone, phone.number === selected.number)).join(''));
  if (selected.number) await refreshPhone(waiting);
  else draw('phone', views.emptyPhone());
}

async function refreshPhone(waiting) {
  const phone = await api.getPhone(selected.number);
  selected.phone = phone;
  if (draw('phone', views.phoneFrame(phone))) for (const id of ['chats', 'chat', 'bubbles']) drawn.delete(id);
  if (draw('settings', views.settings(phone))) drawn.delete('waiting');
  draw('waiting', views.waitingPages(waiting));
  const chats = await api.listChats(selected.number);
  draw('chats', chats.map((chat) => views.chatItem(chat, chat.chat === selected.chat)).join(''));
  await refreshChat();
}

async function refreshChat() {
  if (!selected.chat) return void draw('chat', views.emptyChat());
  if (draw('chat', views.chatFrame(selected.chat))) drawn.delete('bubbles');
  const entries = await api.listMessages(selected.number, selected.chat);
  const html = entries.map((entry) => views.bubble(entry, entry.from === selected.number)).join('');
  if (draw('bubbles', html)) element('bubbles').scrollTop = element('bubbles').scrollHeight;
}

const ACTIONS = {
  select: async ({ number }) => Object.assign(selected, { number, chat: undefined }),
  'open-chat': async ({ chat }) => Object.assign(selected, { chat }),
  read: () => api.read(selected.number, selected.chat),
  scan: ({ qr }) => api.link(selected.number, { qr }),
  unlink: ({ device }) => api.unlink(selected.number, Number(device)),
  fault: ({ kind }) => api.setFault(selected.number, kind),
  'clear-faults': () => api.clearFaults(selected.number),
  ban: () => api.ban(selected.number),
  unban: () => api.unban(selected.number),
  'toggle-online': () => api.patch(selected.number, { online: !selected.phone.online }),
  'toggle-read': () => api.patch(selected.number, { autoRead: !selected.phone.autoRead }),
};

const withPlus = (text) => (text.includes('@') || text.startsWith('+') ? text : `+${text}`).replaceAll(' ', '');

const FORMS = {
  async register({ number, name }) {
    const phone = await api.register(withPlus(number), name);
    Object.assign(selected, { number: phone.number, chat: undefined });
  },
  'new-chat': async ({ to }) => Object.assign(selected, { chat: withPlus(to) }),
  composer: ({ text }) => api.write(selected.number, selected.chat, text),
  link: ({ proof }) => api.link(selected.number, proof.includes(',') ? { qr: proof } : { pairingCode: proof }),
  'auto-reply': ({ text }) => api.patch(selected.number, { autoReply: text || null }),
};

/** Does something, shows what came of it, and says what went wrong. */
async function run(action) {
  try {
    await action();
    await refresh();
  } catch (error) {
    notice(error.message);
  }
}

document.addEventListener('click', ({ target }) => {
  const clicked = target.closest('[data-action]');
  if (clicked) void run(() => ACTIONS[clicked.dataset.action](clicked.dataset));
});

document.addEventListener('submit', (event) => {
  event.preventDefault();
  const form = event.target;
  void run(async () => {
    await FORMS[form.id](Object.fromEntries(new FormData(form)));
    if (form.id !== 'auto-reply') form.reset();
  });
});

element('search').addEventListener('input', () => void run(async () => {}));

async function loop() {
  await run(async () => {});
  setTimeout(() => void loop(), REFRESH_MS);
}
void loop();

/** HTML from what the API answers. Everything that people wrote goes through `escape`. */

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text) => String(text).replace(/[&<>"]/g, (character) => ENTITIES[character]);
const time = (iso) => new Date(iso).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
const avatar = (name) => `<span class="avatar">${escape(name.replace('+', '').slice(0, 1).toUpperCase())}</span>`;
const muted = (text) => `<span class="muted">${escape(text)}</span>`;

function button(action, label, data = {}, extra = '') {
  const attributes = Object.entries(data).map(([key, value]) => `data-${key}="${escape(value)}"`);
  return `<button type="button" data-action="${action}" ${attributes.join(' ')} ${extra}>${escape(label)}</button>`;
}

const pressed = (isPressed) => `aria-pressed="${isPressed}"`;

export function statsLine({ phones, links, connections, accepted, duplicates }) {
  const repeats = duplicates > 0 ? ` · ${duplicates} repeats` : '';
  return `${phones} phones · ${links} linked · ${connections} pages · ${accepted} messages${repeats}`;
}

export const phoneItem = (phone, isCurrent) => `<li class="${phone.online ? '' : 'offline'}">
  <button class="item" data-action="select" data-number="${phone.number}" aria-current="${isCurrent}">
    ${avatar(phone.name)}
    <span>${escape(phone.name)}<br>${muted(phone.number)}</span>
    ${phone.linked.length > 0 ? '<span class="badge">linked</span>' : ''}
    ${phone.banned ? '<span class="badge warn">banned</span>' : ''}
  </button></li>`;

export const emptyPhone = () => '<p class="empty">Pick a phone on the left, or add one.</p>';

export const phoneFrame = ({ name, number, online }) => `<header>
    ${avatar(name)}
    <div><h2>${escape(name)}</h2>${muted(`${number} · ${online ? 'online' : 'offline'}`)}</div>
    ${button('toggle-online', online ? 'Switch off' : 'Switch on')}
  </header>
  <div class="chats">
    <form id="new-chat" class="row">
      <input name="to" placeholder="Write to +…" aria-label="Write to" required><button>Open</button>
    </form>
    <ul id="chats"></ul>
  </div>
  <section class="chat" id="chat"></section>`;

export const chatItem = ({ chat, name, lastText, lastAt, unread }, isCurrent) => `<li>
  <button class="item" data-action="open-chat" data-chat="${escape(chat)}" aria-current="${isCurrent}">
    ${avatar(name)}
    <span>${escape(name)}<br>${muted(lastText.slice(0, 60))}</span>
    ${unread > 0 ? `<span class="badge">${unread}</span>` : muted(time(lastAt))}
  </button></li>`;

export const chatFrame = (chat) => `<div class="bubbles" id="bubbles"></div>
  <form class="composer" id="composer">
    ${button('read', 'Mark as read')}
    <input name="text" placeholder="Message to ${escape(chat)}" aria-label="Message" autocomplete="off" required>
    <button class="primary">Send</button>
  </form>`;

export const emptyChat = () => '<p class="empty">No chat is open.</p>';

function ticks(ack) {
  if (ack >= 3) return '<b>✓✓</b>';
  return ack === 2 ? '✓✓' : '✓';
}

export const bubble = (entry, isOwn) => `<div class="bubble ${isOwn ? 'own' : ''}">
  ${entry.type === 'text' ? '' : `<span class="kind">${escape(entry.type)}</span>`}
  ${media(entry)}<span class="text">${escape(entry.text)}</span>
  ${entry.copies > 1 ? `<span class="again">came ${entry.copies} times</span>` : ''}
  <small>${entry.edited ? 'edited · ' : ''}${time(entry.sentAt)} ${isOwn ? ticks(entry.ack) : ''}</small></div>`;

function media({ media: file }) {
  if (!file) return '';
  return `<a href="${escape(file.url)}" target="_blank">${escape(file.filename ?? file.mimetype)}</a><br>`;
}

const FAULTS = ['silent', 'drop', 'half-open', 'conflict', 'timelock', 'passkey', 'modal', 'hang', 'crash', 'leak', 'outdated', 'media-gone', 'media-empty', 'media-corrupt'];

export const settings = (phone) => `
  <h3>Linked devices</h3>
  ${phone.linked.map(device).join('') || '<p class="muted">None.</p>'}
  <h3>Link a device</h3>
  <div id="waiting"></div>
  <form id="link" class="row">
    <input name="proof" placeholder="QR text or pairing code" aria-label="QR text or pairing code" required>
    <button>Link</button>
  </form>
  <h3>Behaviour</h3>
  <div class="wrap">${button('toggle-read', 'Reads at once', {}, pressed(phone.autoRead))}</div>
  <form id="auto-reply" class="row">
    <input name="text" placeholder="Automatic reply" aria-label="Automatic reply"
      value="${escape(phone.autoReply?.text ?? '')}">
    <button>Set</button>
  </form>
  <h3>Trouble</h3>
  <div class="wrap">
    ${FAULTS.map((kind) => button('fault', kind, { kind }, pressed(phone.faults.includes(kind)))).join('')}
    ${button('clear-faults', 'Clear')}
  </div>
  <h3>Account</h3>
  <div class="wrap">
    ${phone.banned ? button('unban', 'Lift the ban') : button('ban', 'Ban this number', {}, 'class="bad"')}
  </div>`;

const device = ({ deviceId, generation, connected, build }) => `<div class="card">
  <span>Device ${deviceId}<br>${muted(`link ${generation} · ${build} · ${connected ? 'connected' : 'away'}`)}</span>
  ${button('unlink', 'Unlink', { device: deviceId })}</div>`;

export function waitingPages(pages) {
  if (pages.length === 0) return '<p class="muted">No page is waiting for a scan.</p>';
  return pages.map(waitingPage).join('');
}

const waitingPage = ({ qr, build, since }, index) => `<div class="card">
  <span>Page ${index + 1}<br>${muted(`${build} · since ${time(since)}`)}</span>
  ${button('scan', 'Scan', { qr }, 'class="primary"')}</div>`;

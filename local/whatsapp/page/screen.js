import { Conn, line, refreshQR, Socket } from './session.js';
import { publicKeys } from './link-keys.js';

/** The little that can be seen of the page: clients and people look for its dialogs. */

const app = () => document.getElementById('app');

function show(html) {
  app().innerHTML = html;
}

const VIEWS = {
  UNPAIRED: () => `<div data-testid="qrcode" data-ref="${Conn.ref},${publicKeys()}"><p>Scan to log in</p></div>`,
  UNPAIRED_IDLE: () => '<button data-testid="refresh-qr">Click to reload QR code</button>',
  CONFLICT: () => '<div role="dialog" data-testid="conflict">WhatsApp is open in another window.</div>',
  DEPRECATED_VERSION: () => '<div role="dialog" data-testid="outdated">Update WhatsApp Web to continue.</div>',
  CONNECTED: () => '<div id="pane-side" role="grid"></div>',
};

function render() {
  show(VIEWS[Socket.state]?.() ?? `<div id="startup">${Socket.state}</div>`);
}

document.addEventListener('click', ({ target }) => {
  if (target.closest('[data-testid="refresh-qr"]')) refreshQR();
});
Socket.on('change:state', render);
Conn.on('change:ref', render);

/** The gate that stops linking since mid-2026: the page asks for a passkey and goes no further. */
export function showPasskeyPrompt() {
  Socket.set({ state: 'PAIRING' });
  show(`<div role="dialog" data-testid="passkey-prompt"><h1>Use your passkey to link this device</h1>
    <p>Confirm it's you with the passkey on your phone.</p><button>Continue</button></div>`);
}

const MODAL = 'whats-new';

/** Covers the page until somebody clicks it away; the service ends the link if nobody does. */
export function showModal() {
  if (document.getElementById(MODAL)) return;
  const dialog = document.createElement('div');
  dialog.id = MODAL;
  dialog.setAttribute('role', 'dialog');
  dialog.setAttribute('data-animate-modal-popup', 'true');
  dialog.setAttribute('aria-label', "What's new on WhatsApp Web");
  dialog.innerHTML = `<h1>What's new on WhatsApp Web</h1><button type="button"><div>Continue</div></button>`;
  dialog.querySelector('button').addEventListener('click', () => {
    line.send({ t: 'dismissed' });
    dialog.remove();
  });
  document.body.append(dialog);
}

export function dismissModal() {
  document.getElementById(MODAL)?.remove();
}

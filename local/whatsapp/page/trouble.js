import { dismissModal, showModal, showPasskeyPrompt } from './screen.js';
import { line, me } from './session.js';

/** Things that go wrong with a page, on the service's order. */

/** Blocks the main thread, without using it, until the service answers: when the fault is cleared. */
function hang() {
  const request = new XMLHttpRequest();
  request.open('GET', `/hang/${me.wid.user}`, false);
  try {
    request.send();
  } catch {
    // the service went away: over
  }
}

const DEPTH = 16_000;

/** Kills the renderer: laying out a tree this deep runs out of native stack, which no script can catch. */
function crash() {
  const root = document.createElement('div');
  let leaf = root;
  for (let depth = 0; depth < DEPTH; depth += 1) leaf = leaf.appendChild(document.createElement('div'));
  document.body.append(root);
  document.body.getBoundingClientRect();
}

const LEAKED_BYTES = 100e6;
const leaked = [];

/** Takes memory that only the end of the page gives back. Written to, else it would cost nothing. */
function leak() {
  leaked.push(new Uint8Array(LEAKED_BYTES).fill(1));
}

const ORDERS = { hang, crash, leak, modal: showModal, dismiss: dismissModal, passkey: showPasskeyPrompt };

line.handle({
  do({ what }) {
    ORDERS[what]?.();
  },
});

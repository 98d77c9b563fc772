import './define-session.js';
import './define-messages.js';
import './define-media.js';
import './define-people.js';
import './trouble.js';
import { VERSION } from './build.js';
import { loadRegistration, publicKeys } from './link-keys.js';
import { restore } from './persistence.js';
import { launch } from './session.js';
import { openStorage, readUser } from './storage.js';

async function start() {
  await openStorage();
  await loadRegistration();
  await restore(await readUser('receipts'));
  await launch(publicKeys());
}

window.Debug = { VERSION };
void start();

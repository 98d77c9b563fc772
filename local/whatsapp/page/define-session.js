import { VERSION } from './build.js';
import { Emitter } from './emitter.js';
import { DEVICE_PLATFORM, encodeB64, registration } from './link-keys.js';
import { define } from './modules.js';
import { Cmd, Conn, line, me, progress, refreshQR, Socket } from './session.js';

/** Modules of start, linking and presence. */

const Stream = { mode: 'MAIN', info: 'NORMAL', displayInfo: 'NORMAL', available: false };
Object.defineProperties(Stream, {
  markAvailable: { value: () => (Stream.available = true) },
  markUnavailable: { value: () => (Stream.available = false) },
});

class CallCollection extends Emitter {
  calls = new Map(); // clients look for a Map among the properties
}

async function startAltLinkingFlow(phoneNumber) {
  const code = await line.ask('pairing-code', phoneNumber);
  if (!code) throw new Error(`bad-request: ${phoneNumber} is not on WhatsApp`);
  return code;
}

define({
  WAWebSocketModel: { Socket },
  WAWebCmd: { Cmd },
  WAWebConnModel: { Conn },
  WAWebStreamModel: { Stream },
  WAWebOfflineHandler: { OfflineMessageHandler: { getOfflineDeliveryProgress: () => progress.offline } },
  WABase64: { encodeB64 },
  WAWebSignalStoreApi: {
    waSignalStore: { getRegistrationInfo: async () => ({ identityKeyPair: { pubKey: registration.identityKey } }) },
  },
  WAWebUserPrefsInfoStore: {
    waNoiseInfo: { get: async () => ({ staticKeyPair: { pubKey: registration.staticKey } }) },
  },
  WAWebCompanionRegClientUtils: { DEVICE_PLATFORM },
  WAWebAdvSignatureApi: {},
  WAWebUserPrefsMultiDevice: { getADVSecretKey: () => registration.advSecret },
  WAWebUserPrefsMeUser: { getMaybeMePnUser: () => me.wid, getMaybeMeLidUser: () => me.lid },
  WAWebAltDeviceLinkingApi: {
    setPairingType() {},
    async initializeAltDeviceLinking() {},
    async initializeQRLinking() {},
    startAltLinkingFlow,
  },
  WAWebLaunchSocketUtils: { refreshQR },
  WAWebSyncGatingUtils: { isPlaceholderMessageResendEnabled: () => false },
  WAWebNonMessageDataRequestPlaceholderMessageResendUtils: { handlePlaceholderMsgsSeen() {} },
  WAWebCallCollection: new CallCollection(),
  WAWebMiscBrowserUtils: { info: () => ({ os: 'Linux', name: 'Chrome', version: VERSION }) },
  WAWebPresenceChatAction: { async sendPresenceAvailable() {}, async sendPresenceUnavailable() {} },
});

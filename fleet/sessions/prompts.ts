/** What WhatsApp may ask of a person, in words for that person. They stand in `health.instructions` and `disconnectDetails`. */
export const INSTRUCTIONS: Readonly<Record<'passkey', string>> = {
  passkey:
    'WhatsApp asks for a passkey before it links this device. Take the phone of this number, open WhatsApp, and confirm the request with the passkey '
    + '(fingerprint, face or screen lock). If the phone shows no request: WhatsApp, Settings, Account, Passkeys, make one, then ask for a new QR code here.',
};

export const OUTDATED = "WhatsApp refuses this version of its page as outdated. It is tried again by itself; if that goes on, see docs/page-builds.md.";

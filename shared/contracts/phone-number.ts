import * as z from 'zod';

/** An E.164 number, stored with its `+`. Written with or without it, spaces, dots, dashes and brackets are forgiven. */
export const PhoneNumber = z
  .string()
  .max(40)
  .transform((written) => written.replace(/[\s().-]/g, '').replace(/^\+?/, '+'))
  .pipe(z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be an E.164 phone number such as +4915112345678'));

/** WhatsApp's own id of a person, which does not show the number. */
export const Lid = z.string().regex(/^\d{1,25}@lid$/, 'must look like 123456789@lid');

/** Meta's business-scoped user id: a country, a dot, and up to 64 letters and digits. One portfolio's own name for a person. */
export const Bsuid = z.string().regex(/^[A-Z]{2}\.[A-Za-z0-9]{4,61}$/, 'must look like US.13491208655302741918');

const WhatsAppId = z
  .string()
  .regex(/^(\d{7,15}@c\.us|\d{1,25}@lid|[\d-]{5,40}@g\.us)$/, 'must be a phone number, …@c.us, …@lid or …@g.us');

/**
 * Whom a message goes to: a phone number, or an id as WhatsApp or Meta write it. `4915…@c.us` is stored as the number it
 * is; `…@lid`, groups (`…@g.us`) and business-scoped user ids are kept as they are.
 */
export const Recipient = z
  .string()
  .max(64)
  .transform((written) => (written.endsWith('@c.us') ? `+${written.slice(0, -'@c.us'.length)}` : written))
  .pipe(
    z.union([Bsuid, WhatsAppId, PhoneNumber], {
      error: 'must be an E.164 phone number, …@c.us, …@lid, …@g.us or a business-scoped user id such as US.13491208655302741918',
    }),
  );

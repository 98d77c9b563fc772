import * as z from 'zod';

/** An E.164 number, stored with its `+`. Written with or without it, spaces, dots, dashes and brackets are forgiven. */
export const PhoneNumber = z
  .string()
  .max(40)
  .transform((written) => written.replace(/[\s().-]/g, '').replace(/^\+?/, '+'))
  .pipe(z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be an E.164 phone number such as +4915112345678'));

const WhatsAppId = z
  .string()
  .regex(/^(\d{7,15}@c\.us|\d{1,25}@lid|[\d-]{5,40}@g\.us)$/, 'must be a phone number, …@c.us, …@lid or …@g.us');

/**
 * Whom a message goes to: a phone number, or an id as WhatsApp writes it. `4915…@c.us` is stored as the number it is;
 * `…@lid` and groups (`…@g.us`) are kept as they are.
 */
export const Recipient = z
  .string()
  .max(64)
  .transform((written) => (written.endsWith('@c.us') ? `+${written.slice(0, -'@c.us'.length)}` : written))
  .pipe(z.union([WhatsAppId, PhoneNumber], { error: 'must be an E.164 phone number, …@c.us, …@lid or …@g.us' }));

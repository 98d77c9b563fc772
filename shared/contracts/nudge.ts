import * as z from 'zod';

/** Body of `POST /sessions/{id}/nudge` on an instance: "look at the table now". Losing one costs seconds, never a message. */
export const Nudge = z.strictObject({ about: z.enum(['outbox', 'session']) });
export type Nudge = z.infer<typeof Nudge>;

/** Body of `POST /sessions/{id}/commands`: acts on the page without passing through a table (presence, read receipts). */
export const InstanceCommand = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('mark-read'), peer: z.string() }),
  z.strictObject({ command: z.literal('typing'), peer: z.string(), isTyping: z.boolean() }),
]);
export type InstanceCommand = z.infer<typeof InstanceCommand>;

/** Body of `POST /sessions/{id}/checks`: asks WhatsApp about numbers, one after the other. */
export const NumberCheck = z.strictObject({ numbers: z.array(z.string().regex(/^\+\d{7,15}$/)).min(1).max(50) });
export type NumberCheck = z.infer<typeof NumberCheck>;

/** Its answer, at the places of the numbers; `null`: WhatsApp did not say. */
export const NumberCheckAnswer = z.object({ onWhatsApp: z.array(z.boolean().nullable()) });

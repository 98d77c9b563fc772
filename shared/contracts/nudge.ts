import * as z from 'zod';

/** Body of `POST /sessions/{id}/nudge` on an instance: "look at the table now". Losing one costs seconds, never a message. */
export const Nudge = z.strictObject({ about: z.enum(['outbox', 'session']) });
export type Nudge = z.infer<typeof Nudge>;

/** Body of `POST /sessions/{id}/commands`: acts on the page without passing through a table (presence, read receipts). */
export const InstanceCommand = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('mark-read'), peer: z.string() }),
  z.strictObject({ command: z.literal('typing'), peer: z.string(), isTyping: z.boolean(), state: z.enum(['typing', 'recording']).optional() }),
  z.strictObject({ command: z.literal('watch-presence'), peer: z.string() }),
]);
export type InstanceCommand = z.infer<typeof InstanceCommand>;

import * as z from 'zod';

/** What a message shows beside its text and its file. Each part is there only for the types that have it. */
export const MessageDetails = z.object({
  location: z
    .object({ latitude: z.number(), longitude: z.number(), name: z.string().nullable(), address: z.string().nullable() })
    .optional(),
  contacts: z
    .array(z.object({ name: z.string(), phoneNumbers: z.array(z.string()) }))
    .optional()
    .describe('Contact cards; a message may carry several'),
  poll: z.object({ question: z.string(), options: z.array(z.string()), multiple: z.boolean() }).optional(),
  messageId: z.string().optional().describe('Of a reaction, forward, edit or delete: the message it is about'),
  emoji: z.string().optional().describe('Of a reaction; empty takes it back'),
  rawType: z.string().optional().describe('Of an `unknown` message: what WhatsApp calls it'),
});
export type MessageDetails = z.infer<typeof MessageDetails>;

const at = z.iso.datetime();
const author = z.string().nullable().describe('Who did it, on the other side; `null`: this number, here or on its phone');

export const MessageReaction = z.object({ author, emoji: z.string(), at });
export const PollVote = z.object({ author, options: z.array(z.string()).describe('All that are chosen now'), at });

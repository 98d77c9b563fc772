import * as z from 'zod';
import { Content } from '../messages/message.ts';

const jid = z.string().min(1).max(100);

/** What pages send. */
export const PageFrame = z.discriminatedUnion('t', [
  z.object({ t: z.literal('hello'), keys: z.string().max(2000) }), // not linked: show a QR code
  z.object({
    t: z.literal('login'),
    number: z.string(),
    link: z.int(),
    secret: z.string(),
    receipts: z.int(), // the last receipt number the page has stored
    isFresh: z.boolean(), // linked just now, holds no history
  }),
  z.object({
    t: z.literal('m'),
    id: z.string().min(1).max(200),
    to: jid,
    type: z.string().max(50),
    body: z.string(),
    c: Content.optional(),
  }),
  z.object({ t: z.literal('got'), s: z.int() }), // stored up to this delivery
  z.object({ t: z.literal('read'), chat: jid }),
  z.object({ t: z.literal('typing'), to: jid, state: z.enum(['typing', 'recording', 'stop']) }),
  z.object({ t: z.literal('watch'), to: jid }), // tell when this person comes and goes
  z.object({ t: z.literal('ping') }),
  z.object({ t: z.literal('logout') }),
  z.object({ t: z.literal('dismissed') }), // somebody clicked the dialog away
  z.object({
    t: z.literal('q'),
    id: z.int(),
    op: z.enum(['exists', 'history', 'recent-history', 'group', 'pairing-code']),
    subject: z.string().max(200),
  }),
]);
export type PageFrame = z.infer<typeof PageFrame>;
export type LoginFrame = Extract<PageFrame, { t: 'login' }>;
export type QueryFrame = Extract<PageFrame, { t: 'q' }>;

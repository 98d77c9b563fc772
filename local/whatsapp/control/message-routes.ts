import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { ACK } from '../messages/message.ts';
import { PhoneMessage } from '../messages/phone-message.ts';
import { chatSummaries, phoneEntries, phoneEntry } from '../messages/phone-view.ts';
import { isGroupJid, shown } from '../numbers.ts';
import { type ControlContext, accountOf, recipientOf } from './control-context.ts';
import { ControlError, parse } from './control-error.ts';
import type { PhoneParams } from './phone-routes.ts';

const Read = z.strictObject({
  from: z.string().optional(),
  wireIds: z.array(z.string()).optional(),
  played: z.boolean().default(false),
});
const Typing = z.strictObject({ to: z.string(), state: z.enum(['typing', 'recording', 'stop']).default('typing') });
const RECENT_MESSAGES = 2000; // from which the list of chats is made

const Listing = z.object({ from: z.string().optional() });

/** What people do and see on their phones. */
export function messageRoutes(app: FastifyInstance, context: ControlContext): void {
  writingRoutes(app, context);
  chatRoutes(app, context);
}

function writingRoutes(app: FastifyInstance, context: ControlContext): void {
  const { phones, typing, journal } = context;

  app.post<PhoneParams>('/phones/:number/messages', async (request, reply) => {
    const account = accountOf(context, request.params.number);
    if (account.banned) throw new ControlError(409, 'banned', 'This number is banned from WhatsApp');
    const written = parse(PhoneMessage, request.body);
    const recipient = recipientOf(context, written.to, 'to');
    const { wireId, sentAt } = phones.write(account, recipient, written);
    await journal.committed();
    const to = isGroupJid(recipient) ? recipient : shown(recipient);
    const { type } = written;
    const from = shown(account.number);
    return reply.status(201).send({ wireId, from, to, type, sentAt: new Date(sentAt).toISOString() });
  });

  app.post<PhoneParams>('/phones/:number/messages/read', async (request) => {
    const account = accountOf(context, request.params.number);
    const { from, wireIds, played } = parse(Read, request.body);
    const chat = from === undefined ? undefined : recipientOf(context, from, 'from');
    const read = phones.read(account, { from: chat, wireIds, ack: played ? ACK.played : ACK.read });
    await journal.committed();
    return { read };
  });

  app.post<PhoneParams>('/phones/:number/typing', (request) => {
    const account = accountOf(context, request.params.number);
    const { to, state } = parse(Typing, request.body);
    typing.note(account.number, recipientOf(context, to, 'to'), state);
    return { state };
  });
}

function chatRoutes(app: FastifyInstance, context: ControlContext): void {
  const { directory, copies, media } = context;

  app.get<PhoneParams>('/phones/:number/messages', (request) => {
    const account = accountOf(context, request.params.number);
    const { from } = parse(Listing, request.query);
    const sender = from === undefined ? undefined : accountOf(context, from, 'from').number;
    return phoneEntries(copies.listReceived(account.number, sender));
  });

  app.get<PhoneParams>('/phones/:number/chats', (request) => {
    const { number } = accountOf(context, request.params.number);
    const nameOf = (address: string) =>
      directory.findGroup(address)?.subject ?? directory.find(address)?.name ?? shown(address);
    return chatSummaries(number, copies.listRecent(number, RECENT_MESSAGES), nameOf);
  });

  app.get<{ Params: { number: string; chat: string } }>('/phones/:number/chats/:chat', (request) => {
    const account = accountOf(context, request.params.number);
    const chat = recipientOf(context, request.params.chat, 'chat');
    return copies.listChat(account.number, chat, 500).map(phoneEntry);
  });

  app.get<{ Params: { sha256: string } }>('/media/:sha256', (request, reply) => {
    const found = media.find(Buffer.from(request.params.sha256, 'base64url').toString('base64'));
    if (!found) throw new ControlError(404, 'unknown_media', 'There are no such bytes');
    return reply.type(found.mimetype).send(Buffer.from(found.bytes));
  });
}

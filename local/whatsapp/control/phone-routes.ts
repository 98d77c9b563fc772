import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import type { Account } from '../accounts/account.ts';
import { readsAtOnce } from '../accounts/account.ts';
import { lidOf, shown } from '../numbers.ts';
import { type ControlContext, accountOf, numberIn } from './control-context.ts';
import { ControlError, parse } from './control-error.ts';

export interface PhoneParams {
  Params: { number: string };
}

const NewPhone = z.strictObject({ number: z.string(), name: z.string().min(1).max(100).optional() });
const Bulk = z.strictObject({ prefix: z.string(), count: z.int().min(1).max(100_000) });
const Patch = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  online: z.boolean().optional(),
  autoRead: z.boolean().nullable().optional(),
  autoReply: z.union([z.string(), z.strictObject({ text: z.string() }), z.null()]).optional(),
});

const Listing = z.strictObject({
  search: z.string().default(''),
  limit: z.coerce.number().int().min(1).default(Number.MAX_SAFE_INTEGER),
});

const COMMON_LENGTH = 11;
const MAX_LENGTH = 15;

export function phoneRoutes(app: FastifyInstance, context: ControlContext): void {
  registrationRoutes(app, context);
  stateRoutes(app, context);
}

function registrationRoutes(app: FastifyInstance, context: ControlContext): void {
  const { directory, journal } = context;

  app.post('/phones', async (request, reply) => {
    const { number, name } = parse(NewPhone, request.body);
    const { account, isNew } = directory.register(numberIn(number, 'number'), name);
    await journal.committed();
    return reply.status(isNew ? 201 : 200).send(phoneView(context, account));
  });

  app.post('/phones/bulk', async (request, reply) => {
    const { prefix, count } = parse(Bulk, request.body);
    const numbers = bulkNumbers(prefix, count);
    for (const number of numbers) directory.register(number);
    await journal.committed();
    return reply.status(201).send({ numbers: numbers.map(shown) });
  });
}

function stateRoutes(app: FastifyInstance, context: ControlContext): void {
  const { directory, journal, phones } = context;

  app.get('/phones', (request) => {
    const { search, limit } = parse(Listing, request.query);
    const wanted = search.toLowerCase().replace('+', '');
    const found = [...directory.accounts]
      .filter(({ number, name }) => number.includes(wanted) || name.toLowerCase().includes(wanted))
      .sort((one, other) => other.links.size - one.links.size);
    return found.slice(0, limit).map((account) => phoneView(context, account));
  });

  app.get<PhoneParams>('/phones/:number', (request) => phoneView(context, accountOf(context, request.params.number)));

  app.patch<PhoneParams>('/phones/:number', async (request) => {
    const account = accountOf(context, request.params.number);
    const { name, online, autoRead, autoReply } = parse(Patch, request.body);
    if (name !== undefined) directory.update(account, { name });
    if (autoRead !== undefined) directory.update(account, { autoRead: autoRead ?? undefined });
    if (autoReply !== undefined) directory.update(account, { autoReply: replyText(autoReply) });
    if (online !== undefined) phones.setOnline(account, online);
    await journal.committed();
    return phoneView(context, account);
  });
}

const replyText = (autoReply: string | { text: string } | null): string | undefined =>
  typeof autoReply === 'string' ? autoReply : autoReply?.text;

/** The prefix and an index of equal width, as long as a common number if the prefix leaves room. */
function bulkNumbers(prefix: string, count: number): string[] {
  const digits = prefix.replace(/^\+/, '');
  const indexWidth = Math.max(String(count - 1).length, COMMON_LENGTH - digits.length);
  if (!/^[1-9]\d*$/.test(digits) || digits.length + indexWidth > MAX_LENGTH) {
    const message = `prefix: "${prefix}" and ${count} indexes make no E.164 numbers of 8 to ${MAX_LENGTH} digits`;
    throw new ControlError(400, 'invalid', message, 'prefix');
  }
  return Array.from({ length: count }, (_, index) => digits + String(index).padStart(indexWidth, '0'));
}

export function phoneView({ switchboard, typing, deliveries }: ControlContext, account: Account) {
  const { number, name, online, autoReply, banned, faults, links } = account;
  return {
    number: shown(number),
    name,
    lid: lidOf(number),
    online,
    autoRead: readsAtOnce(account),
    autoReply: autoReply === undefined ? null : { text: autoReply },
    banned,
    faults: [...faults],
    typing: typing.seenBy(number),
    linked: [...links.values()].map((link) => ({
      deviceId: link.id,
      generation: link.generation,
      connected: switchboard.find(link)?.isOpen ?? false,
      build: link.build,
      waiting: deliveries.count(link.id), // messages it has not confirmed to hold
      linkedAt: new Date(link.linkedAt).toISOString(),
      hasDialog: link.modalDeadline !== undefined,
    })),
  };
}

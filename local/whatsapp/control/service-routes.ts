import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { shown } from '../numbers.ts';
import type { Group } from '../accounts/account.ts';
import { SettingsPatch } from '../settings.ts';
import { type ControlContext, accountOf, numberIn } from './control-context.ts';
import { parse } from './control-error.ts';

const NewGroup = z.strictObject({
  subject: z.string().min(1).max(100),
  members: z.array(z.string()).min(1).max(1024),
  admin: z.string(),
});
const LedgerQuery = z.strictObject({
  sender: z.string().optional(),
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).default(Number.MAX_SAFE_INTEGER),
});

/** The service as a whole: its ledger, groups, counts and settings. */
export function serviceRoutes(app: FastifyInstance, context: ControlContext): void {
  const { directory, ledger, lateSends, settings, journal } = context;

  app.get('/ledger', (request) => {
    const { sender, after, limit } = parse(LedgerQuery, request.query);
    // An empty ledger of an unknown number is a true answer, so 404 is not due here.
    return ledger.list({ sender: sender === undefined ? undefined : numberIn(sender, 'sender'), after, limit });
  });

  app.get('/late-sends', () => lateSends.list());

  app.get('/stats', () => stats(context));

  app.get('/config', () => settings.current);
  app.patch('/config', async (request) => {
    settings.update(parse(SettingsPatch, request.body));
    await journal.committed();
    return settings.current;
  });

  app.get('/groups', () => [...directory.groups].map(groupView));
  app.post('/groups', async (request, reply) => {
    const { subject, members, admin } = parse(NewGroup, request.body);
    const numbers = members.map((member, index) => accountOf(context, member, `members.${index}`).number);
    const group = directory.createGroup(subject, accountOf(context, admin, 'admin').number, numbers);
    await journal.committed();
    return reply.status(201).send(groupView(group));
  });
}

const groupView = ({ id, subject, admin, members, createdAt }: Group) => ({
  id,
  subject,
  admin: shown(admin),
  members: members.map(shown),
  createdAt: new Date(createdAt).toISOString(),
});

function stats({ directory, ledger, postOffice, switchboard, linkDesk }: ControlContext) {
  const accounts = [...directory.accounts];
  const { user, system } = process.cpuUsage();
  return {
    accepted: ledger.count(),
    duplicates: postOffice.duplicates,
    phones: directory.accountCount,
    links: accounts.reduce((total, { links }) => total + links.size, 0),
    connections: switchboard.connectionCount,
    waitingPages: linkDesk.waitingPages().length,
    cpuMs: Math.round((user + system) / 1000),
    memoryBytes: process.memoryUsage.rss(),
    uptimeSeconds: Math.round(process.uptime()),
  };
}

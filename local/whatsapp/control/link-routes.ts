import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { FAULT_KINDS } from '../accounts/account.ts';
import type { LinkOutcome } from '../accounts/link-desk.ts';
import { type ControlContext, accountOf } from './control-context.ts';
import { ControlError, parse } from './control-error.ts';
import { type PhoneParams, phoneView } from './phone-routes.ts';

const Scan = z
  .strictObject({
    qr: z.string().regex(/^[^,]+(,[^,]+){3,}$/, 'is not the text of a WhatsApp QR code').optional(),
    pairingCode: z.string().min(1).max(20).optional(),
  })
  .refine(({ qr, pairingCode }) => (qr === undefined) !== (pairingCode === undefined), {
    path: ['qr'],
    message: 'give either qr or pairingCode',
  });
const Unlink = z.strictObject({ deviceId: z.int().optional() });
const Fault = z.strictObject({ kind: z.enum(FAULT_KINDS), forMs: z.int().min(1).max(86_400_000).optional() });

const REFUSALS: Readonly<Record<Extract<LinkOutcome, { refused: string }>['refused'], string>> = {
  expired: 'The code is expired or unknown: the page shows another by now',
  used: 'The code was already used',
  banned: 'This number is banned from WhatsApp',
  other_number: 'The pairing code was asked for by another number',
  passkey_required: 'A passkey is needed to link a device',
};

export function linkRoutes(app: FastifyInstance, context: ControlContext): void {
  const { linkDesk, unlinking, journal } = context;

  app.get('/waiting', () => linkDesk.waitingPages());

  app.post<PhoneParams>('/phones/:number/link', async (request) => {
    const account = accountOf(context, request.params.number);
    const { qr, pairingCode } = parse(Scan, request.body);
    const outcome = qr === undefined ? linkDesk.linkByCode(account, pairingCode ?? '') : linkDesk.linkByQr(account, qr);
    if ('refused' in outcome) throw new ControlError(409, outcome.refused, REFUSALS[outcome.refused]);
    await journal.committed();
    return { linked: true, deviceId: outcome.link.id, generation: outcome.link.generation };
  });

  app.post<PhoneParams>('/phones/:number/unlink', async (request) => {
    const account = accountOf(context, request.params.number);
    const { deviceId } = parse(Unlink, request.body);
    const link = deviceId === undefined ? undefined : account.links.get(deviceId);
    if (deviceId !== undefined && !link) {
      throw new ControlError(404, 'unknown_device', 'deviceId: is not linked', 'deviceId');
    }
    const unlinked = link ? unlinking.unlink(link) : unlinking.unlinkAll(account);
    await journal.committed();
    return { unlinked };
  });
}

/** Bans, and everything else that goes wrong. */
export function troubleRoutes(app: FastifyInstance, context: ControlContext): void {
  const { unlinking, faults, journal, directory } = context;

  app.post<PhoneParams>('/phones/:number/ban', async (request) => {
    const account = accountOf(context, request.params.number);
    unlinking.ban(account);
    await journal.committed();
    return phoneView(context, account);
  });

  app.delete<PhoneParams>('/phones/:number/ban', async (request) => {
    const account = accountOf(context, request.params.number);
    directory.update(account, { banned: false });
    await journal.committed();
    return phoneView(context, account);
  });

  app.post<PhoneParams>('/phones/:number/faults', async (request) => {
    const account = accountOf(context, request.params.number);
    const { kind, forMs } = parse(Fault, request.body);
    faults.set(account, kind, forMs);
    await journal.committed();
    return phoneView(context, account);
  });

  app.delete<PhoneParams>('/phones/:number/faults', async (request) => {
    const account = accountOf(context, request.params.number);
    faults.clear(account);
    await journal.committed();
    return phoneView(context, account);
  });
}

import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { badToken, errorOf, parameter, unknownObject } from './graph-error.ts';
import { newNumericId } from './ids.ts';
import type { PostOffice } from './post-office.ts';
import type { BusinessNumber, Media, Template } from './records.ts';
import { parseSent } from './sent-message.ts';
import { takeFault, type Store } from './store.ts';
import type { Templates } from './templates.ts';

export interface GraphContext {
  readonly store: Store;
  readonly postOffice: PostOffice;
  readonly templates: Templates;
  /** Where this server is reached; known once it listens. */
  readonly origin: () => string;
}

type Params = { Params: { id: string } };
const MAX_BYTES = { image: 5, audio: 16, video: 16, application: 100, text: 100 } as const;
const MIB = 1024 * 1024;

/** Meta's Graph API, as far as businesses use it for WhatsApp. */
export function graphRoutes(app: FastifyInstance, context: GraphContext): void {
  messageRoutes(app, context);
  mediaRoutes(app, context);
  accountRoutes(app, context);
}

const tokenIn = ({ headers }: FastifyRequest): string => headers.authorization?.replace(/^Bearer /, '') ?? '';

/** The accounts a token is good for. */
function accountsOf({ store }: GraphContext, request: FastifyRequest): readonly string[] {
  const token = tokenIn(request);
  const accounts = [...store.numbers.values()].filter(({ accessToken }) => accessToken === token).map(({ businessAccountId }) => businessAccountId);
  if (accounts.length === 0) throw badToken();
  return accounts;
}

function numberOf(context: GraphContext, request: FastifyRequest<Params>): BusinessNumber {
  const accounts = accountsOf(context, request);
  const number = context.store.numbers.get(request.params.id);
  if (!number || !accounts.includes(number.businessAccountId)) throw unknownObject(request.params.id);
  return number;
}

function accountOf(context: GraphContext, request: FastifyRequest<Params>): string {
  if (!accountsOf(context, request).includes(request.params.id)) throw unknownObject(request.params.id);
  return request.params.id;
}

function messageRoutes(app: FastifyInstance, context: GraphContext): void {
  const { store, postOffice } = context;
  app.post<Params>('/:version/:id/messages', async (request, reply) => {
    const from = numberOf(context, request);
    const message = parseSent(request.body);
    const fault = takeFault(store, from.id);
    if (fault?.kind === 'error') throw errorOf(fault.code);
    if (fault?.kind === 'hang') return hang(reply);
    if (fault?.kind === 'garbage') return reply.status(502).type('text/html').send('<html>Bad Gateway</html>');
    if (fault?.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.ms));
    if ('status' in message) {
      postOffice.markRead(from, message);
      return { success: true };
    }
    const accepted = postOffice.accept(from, message, fault?.kind === 'fail' ? fault.code : undefined);
    if (fault?.kind === 'lost_answer') return breakOff(reply);
    return {
      messaging_product: 'whatsapp',
      contacts: [{ input: message.to ?? message.recipient, wa_id: accepted.to }],
      messages: [{ id: accepted.wamid, ...(message.type === 'template' && { message_status: 'accepted' }) }],
    };
  });
}

/** Nothing ever comes; the client gives up by itself. */
const hang = (reply: FastifyReply): Promise<never> => {
  reply.hijack();
  return new Promise(() => undefined);
};

function breakOff(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.destroy();
}

function mediaRoutes(app: FastifyInstance, context: GraphContext): void {
  const { store, origin } = context;
  app.post<Params>('/:version/:id/media', async (request) => {
    const { businessAccountId } = numberOf(context, request);
    const media = { ...(await fileIn(request)), id: newNumericId(), businessAccountId };
    store.media.set(media.id, media);
    return { id: media.id };
  });

  app.get<Params>('/files/:id', (request, reply) => {
    const media = mediaOf(context, request);
    return reply.type(media.mimetype).send(media.bytes);
  });

  app.delete<Params>('/:version/:id', (request) => {
    const { id } = mediaOf(context, request);
    store.media.delete(id);
    return { success: true };
  });

  app.get<Params>('/:version/:id', (request) => {
    const accounts = accountsOf(context, request);
    const number = store.numbers.get(request.params.id);
    if (number && accounts.includes(number.businessAccountId)) return numberView(number);
    const { id, mimetype, bytes, sha256 } = mediaOf(context, request);
    return { messaging_product: 'whatsapp', id, url: `${origin()}/files/${id}`, mime_type: mimetype, sha256, file_size: String(bytes.length) };
  });
}

function mediaOf(context: GraphContext, request: FastifyRequest<Params>): Media {
  const accounts = accountsOf(context, request);
  const media = context.store.media.get(request.params.id);
  if (!media || !accounts.includes(media.businessAccountId)) throw unknownObject(request.params.id);
  return media;
}

async function fileIn({ body, headers }: FastifyRequest): Promise<Pick<Media, 'mimetype' | 'bytes' | 'sha256'>> {
  const form = await new Response(body as Buffer<ArrayBuffer>, { headers: { 'content-type': headers['content-type'] ?? '' } }).formData().catch(() => undefined);
  const file = form?.get('file');
  if (!form || form.get('messaging_product') !== 'whatsapp' || !(file instanceof File)) throw parameter('messaging_product and file are required.');
  const type = form.get('type');
  const mimetype = typeof type === 'string' && type !== '' ? type : file.type;
  const bytes = Buffer.from(await file.arrayBuffer());
  const limit = MAX_BYTES[mimetype.split('/')[0] as keyof typeof MAX_BYTES];
  if (limit === undefined) throw parameter(`Param file must be a file with one of the following types; received ${mimetype}.`);
  if (bytes.length === 0 || bytes.length > limit * MIB) throw errorOf(131053, `The file has ${bytes.length} bytes; ${mimetype} may have ${limit} MB.`);
  return { mimetype, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function accountRoutes(app: FastifyInstance, context: GraphContext): void {
  const { store, templates } = context;
  app.get<Params>('/:version/:id/phone_numbers', (request) => {
    const account = accountOf(context, request);
    return { data: [...store.numbers.values()].filter(({ businessAccountId }) => businessAccountId === account).map(numberView) };
  });

  app.post<Params>('/:version/:id/subscribed_apps', (request) => {
    accountOf(context, request);
    return { success: true };
  });

  app.get<Params & { Querystring: { limit?: string; after?: string } }>('/:version/:id/message_templates', (request) => {
    const all = templates.list(accountOf(context, request));
    const start = request.query.after === undefined ? 0 : all.findIndex(({ id }) => id === request.query.after) + 1;
    const page = all.slice(start, start + Number(request.query.limit ?? 25));
    const hasMore = start + page.length < all.length;
    const after = page.at(-1)?.id;
    return { data: page.map(templateView), ...(page.length > 0 && { paging: { cursors: { after }, ...(hasMore && { next: `${context.origin()}${request.url}&after=${after}` }) } }) };
  });

  app.post<Params>('/:version/:id/message_templates', (request) => {
    const { id, status, category } = templates.create(accountOf(context, request), request.body);
    return { id, status, category };
  });

  app.delete<Params & { Querystring: { name?: string; hsm_id?: string } }>('/:version/:id/message_templates', (request) => {
    const account = accountOf(context, request);
    if (request.query.name === undefined) throw parameter('The parameter name is required.');
    templates.delete(account, request.query.name, request.query.hsm_id);
    return { success: true };
  });
}

const numberView = ({ id, number, name }: BusinessNumber) => ({ id, display_phone_number: `+${number.slice(0, 2)} ${number.slice(2)}`, verified_name: name, quality_rating: 'GREEN' });

const templateView = ({ id, name, language, category, status, parameterFormat, components, rejectedReason }: Template) =>
  ({ id, name, language, category, status, parameter_format: parameterFormat, components, rejected_reason: rejectedReason });

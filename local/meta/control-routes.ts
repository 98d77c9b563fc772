import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { Customers, Written } from './customers.ts';
import { bsuidOf, digitsOf, newNumericId, newToken } from './ids.ts';
import type { PostOffice } from './post-office.ts';
import type { Accepted, BusinessNumber, Customer } from './records.ts';
import { windowKey, type Store } from './store.ts';
import type { Templates } from './templates.ts';
import type { WebhookSender } from './webhook-sender.ts';

export interface ControlContext {
  readonly store: Store;
  readonly postOffice: PostOffice;
  readonly templates: Templates;
  readonly webhooks: WebhookSender;
  readonly graphUrl: () => string;
}

type NumberParams = { Params: { number: string } };
type IdParams = { Params: { id: string } };

class ControlError extends Error {
  readonly statusCode: number;
  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  throw new ControlError(400, result.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; '));
}

const NewNumber = z.strictObject({ phoneNumber: z.string(), name: z.string().default('Shop'), businessAccountId: z.string().optional(), accessToken: z.string().optional() });
const NewCustomer = z.strictObject({ number: z.string(), name: z.string().optional(), hidesNumber: z.boolean().default(false) });
const CustomerChange = z.strictObject({ isOnline: z.boolean().optional(), autoRead: z.boolean().optional(), hidesNumber: z.boolean().optional(), name: z.string().optional() });
const NewFault = z.strictObject({
  kind: z.enum(['error', 'fail', 'hang', 'lost_answer', 'delay', 'garbage']),
  code: z.int().default(131000),
  ms: z.int().min(0).default(1_000),
  times: z.int().min(1).default(1),
});
const ConfigChange = z.strictObject({
  webhookUrl: z.url().nullable(), appSecret: z.string().min(1), verifyToken: z.string().min(1), duplicates: z.int().min(0), reorder: z.boolean(),
  batchMs: z.int().min(0), ackDelayMs: z.int().min(0), reviewMs: z.int().min(0).nullable(),
  messagesPerSecond: z.number().positive(), pairSeconds: z.number().positive(), pairBurst: z.int().min(1),
}).partial();

/** How people and tests play Meta's other side. docs/meta.md lists the calls. */
export function controlRoutes(app: FastifyInstance, context: ControlContext): void {
  numberRoutes(app, context);
  customerRoutes(app, context);
  serviceRoutes(app, context);
}

const requireDigits = (number: string): string => {
  const digits = digitsOf(number);
  if (digits === undefined) throw new ControlError(400, `number: ${number} is not a phone number`);
  return digits;
};

function numberRoutes(app: FastifyInstance, { store }: ControlContext): void {
  app.post('/numbers', (request, reply) => {
    const { phoneNumber, name, businessAccountId, accessToken } = parse(NewNumber, request.body);
    const number = requireDigits(phoneNumber);
    const known = [...store.numbers.values()].find((each) => each.number === number);
    const made: BusinessNumber = known ?? {
      id: newNumericId(), number, name, businessAccountId: businessAccountId ?? newNumericId(), accessToken: accessToken ?? newToken(),
    };
    store.numbers.set(made.id, made);
    store.changed();
    return reply.status(201).send(numberView(made));
  });
  app.get('/numbers', () => [...store.numbers.values()].map(numberView));
  app.patch<IdParams>('/numbers/:id', (request) => {
    const { accessToken } = parse(z.strictObject({ accessToken: z.string().min(1) }), request.body);
    const changed = { ...requireNumber(store, request.params.id), accessToken };
    store.numbers.set(changed.id, changed);
    store.changed();
    return numberView(changed);
  });
  app.post<IdParams>('/numbers/:id/faults', (request, reply) => {
    const { id } = requireNumber(store, request.params.id);
    const { times, ...fault } = parse(NewFault, request.body);
    store.faults.set(id, [...(store.faults.get(id) ?? []), { ...fault, remaining: times }]);
    return reply.status(201).send(store.faults.get(id));
  });
  app.delete<IdParams>('/numbers/:id/faults', (request) => {
    store.faults.delete(requireNumber(store, request.params.id).id);
    return [];
  });
}

const numberView = ({ id, businessAccountId, accessToken, number, name }: BusinessNumber) =>
  ({ phoneNumberId: id, businessAccountId, accessToken, phoneNumber: `+${number}`, name });

/** By Meta's id, or by its digits. */
function requireNumber(store: Store, id: string): BusinessNumber {
  const digits = digitsOf(id);
  const found = store.numbers.get(id) ?? [...store.numbers.values()].find(({ number }) => number === digits);
  if (!found) throw new ControlError(404, `No business number ${id}. Register it: POST /numbers`);
  return found;
}

function requireCustomer(store: Store, number: string): Customer {
  const customer = store.customers.get(requireDigits(number));
  if (!customer) throw new ControlError(404, `No customer ${number}. Register it: POST /customers`);
  return customer;
}

function customerRoutes(app: FastifyInstance, { store, postOffice, webhooks }: ControlContext): void {
  const customers = new Customers(store, webhooks);
  app.post('/customers', (request, reply) => {
    const { number, name, hidesNumber } = parse(NewCustomer, request.body);
    const digits = requireDigits(number);
    const customer: Customer = { isOnline: true, autoRead: false, ...store.customers.get(digits), number: digits, bsuid: bsuidOf(digits), name: name ?? `Customer ${digits}`, hidesNumber };
    store.customers.set(digits, customer);
    store.changed();
    return reply.status(201).send(customer);
  });
  app.patch<NumberParams>('/customers/:number', (request) => {
    const before = requireCustomer(store, request.params.number);
    const customer = { ...before, ...parse(CustomerChange, request.body) };
    store.customers.set(customer.number, customer);
    store.changed();
    if (customer.isOnline && !before.isOnline) postOffice.deliverWaiting(customer);
    return customer;
  });
  app.post<NumberParams>('/customers/:number/messages', (request, reply) => {
    const customer = requireCustomer(store, request.params.number);
    const written = parse(Written, request.body);
    const to = requireNumber(store, written.to);
    return reply.status(201).send({ wamid: customers.write(customer, to, written), to: to.id });
  });
  app.get<NumberParams>('/customers/:number/messages', (request) => {
    const { number } = requireCustomer(store, request.params.number);
    return receivedBy(store.accepted.filter((each) => each.to === number));
  });
  app.post<NumberParams>('/customers/:number/read', (request) => {
    const { wamid } = parse(z.strictObject({ wamid: z.string().optional() }), request.body);
    return { read: postOffice.read(requireCustomer(store, request.params.number), wamid) };
  });
  app.delete<NumberParams>('/customers/:number/window', (request) => {
    const { number } = requireCustomer(store, request.params.number);
    for (const { id } of store.numbers.values()) store.windows.delete(windowKey(id, number));
    store.changed();
    return {};
  });
}

/** One entry a message of ours, by what we call it: more than one copy is one too many. */
function receivedBy(accepted: readonly Accepted[]) {
  const messages = Map.groupBy(accepted, ({ callbackData, wamid }) => callbackData ?? wamid);
  return [...messages.values()].map((copies) => {
    const { wamid, from, type, text, content, context, callbackData, status, acceptedAt } = copies[0] as Accepted;
    return { wamid, from, type, text, content, context, callbackData, status, receivedAt: new Date(acceptedAt).toISOString(), copies: copies.length };
  });
}

function serviceRoutes(app: FastifyInstance, { store, templates, webhooks, graphUrl }: ControlContext): void {
  app.get('/', () => ({ graph: graphUrl(), webhookUrl: store.config.webhookUrl, verifyToken: store.config.verifyToken, numbers: store.numbers.size, accepted: store.accepted.length }));
  app.patch('/config', (request) => {
    Object.assign(store.config, parse(ConfigChange, request.body));
    const { appSecret: _secret, ...shown } = store.config;
    return shown;
  });
  app.post('/webhooks/verify', async () => ({ isVerified: await webhooks.verify() }));
  app.post('/webhooks', async (request) => {
    const { payload, signature } = parse(z.strictObject({ payload: z.unknown(), signature: z.string().optional() }), request.body);
    return { status: await webhooks.post(payload, signature) };
  });
  app.get('/ledger', () => store.accepted);
  app.post<IdParams>('/templates/:id/review', (request) => {
    const { status, reason } = parse(z.strictObject({ status: z.string(), reason: z.string().default('NONE') }), request.body);
    const template = store.templates.get(request.params.id);
    if (!template) throw new ControlError(404, `No template ${request.params.id}`);
    templates.review(template, status, reason);
    return template;
  });
}

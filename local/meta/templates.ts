import * as z from 'zod';
import { newNumericId } from './ids.ts';
import { errorOf, GraphError, parameter } from './graph-error.ts';
import type { Template } from './records.ts';
import type { Store } from './store.ts';
import type { WebhookSender } from './webhook-sender.ts';

const Draft = z.object({
  name: z.string(),
  language: z.string().regex(/^[a-z]{2,3}(_[A-Z]{2})?$/),
  category: z.enum(['MARKETING', 'UTILITY', 'AUTHENTICATION']),
  parameter_format: z.preprocess((value) => (typeof value === 'string' ? value.toUpperCase() : value), z.enum(['NAMED', 'POSITIONAL'])).default('POSITIONAL'),
  components: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })).min(1),
});

/** What a template asks for in one component, in order of first use. */
export const placeholdersIn = (text: string): readonly string[] => [...new Set([...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, name]) => name ?? ''))];

const textOf = (template: Template, type: string): string => {
  const component = template.components.find((each) => String(each['type']).toUpperCase() === type);
  return typeof component?.['text'] === 'string' ? component['text'] : '';
};

/** The templates of business accounts. A new one is PENDING until it is reviewed; news of it goes out as webhooks. */
export class Templates {
  readonly #store: Store;
  readonly #webhooks: WebhookSender;

  constructor(store: Store, webhooks: WebhookSender) {
    this.#store = store;
    this.#webhooks = webhooks;
  }

  list(businessAccountId: string): readonly Template[] {
    return [...this.#store.templates.values()].filter((each) => each.businessAccountId === businessAccountId);
  }

  create(businessAccountId: string, input: unknown): Template {
    const draft = checked(input);
    const isTaken = this.list(businessAccountId).some(({ name, language }) => name === draft.name && language === draft.language);
    if (isTaken) throw new GraphError(100, 'Invalid parameter', { subcode: 2388024, details: 'There is already content in this language for this template.' });
    const { parameter_format: parameterFormat, ...rest } = draft;
    const template: Template = { ...rest, id: newNumericId(), businessAccountId, parameterFormat, status: 'PENDING', rejectedReason: 'NONE' };
    this.#store.templates.set(template.id, template);
    this.#store.changed();
    const { reviewMs } = this.#store.config;
    if (reviewMs !== null) setTimeout(() => this.#reviewBySelf(template), reviewMs).unref();
    return template;
  }

  delete(businessAccountId: string, name: string, id: string | undefined): void {
    const found = this.list(businessAccountId).filter((each) => each.name === name && (id === undefined || each.id === id));
    if (found.length === 0) throw new GraphError(100, 'Invalid parameter', { subcode: 2593002, details: 'Message template not found.' });
    for (const { id: each } of found) this.#store.templates.delete(each);
    this.#store.changed();
  }

  review(template: Template, status: string, reason = 'NONE'): void {
    template.status = status;
    template.rejectedReason = reason;
    this.#store.changed();
    this.#webhooks.add({
      businessAccountId: template.businessAccountId,
      field: 'message_template_status_update',
      value: {
        event: status,
        message_template_id: Number(template.id),
        message_template_name: template.name,
        message_template_language: template.language,
        reason,
      },
    });
  }

  /** Throws as Meta refuses a message of a template that is not there, not approved, or filled in otherwise than it asks. */
  requireSendable(businessAccountId: string, { name, language, components = [] }: SentTemplate): Template {
    const template = this.list(businessAccountId).find((each) => each.name === name && each.language === language.code);
    if (template?.status === 'PAUSED') throw errorOf(132015, 'The template is paused.');
    if (template?.status === 'DISABLED') throw errorOf(132016, 'The template is disabled.');
    if (template?.status !== 'APPROVED') throw errorOf(132001, `template name (${name}) does not exist in ${language.code}`);
    for (const type of ['HEADER', 'BODY']) requireParameters(template, type, components);
    return template;
  }

  /** The rule of thumb of this reviewer: who asks for passwords is rejected. */
  #reviewBySelf(template: Template): void {
    if (template.status !== 'PENDING' || !this.#store.templates.has(template.id)) return;
    const isBad = /password|passwort/i.test(textOf(template, 'BODY'));
    this.review(template, isBad ? 'REJECTED' : 'APPROVED', isBad ? 'ABUSIVE_CONTENT' : 'NONE');
  }
}

export interface SentTemplate {
  readonly name: string;
  readonly language: { readonly code: string };
  readonly components?: readonly { readonly type: string; readonly parameters?: readonly { readonly parameter_name?: string | undefined; readonly text?: string | undefined }[] | undefined }[] | undefined;
}

/** What the person reads. */
export function filledText(template: Template, { components = [] }: SentTemplate): string {
  const body = components.find(({ type }) => type.toUpperCase() === 'BODY')?.parameters ?? [];
  return textOf(template, 'BODY').replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => {
    const found = template.parameterFormat === 'NAMED' ? body.find((each) => each.parameter_name === name) : body[Number(name) - 1];
    return found?.text ?? '';
  });
}

function requireParameters(template: Template, type: string, components: NonNullable<SentTemplate['components']>): void {
  const wanted = placeholdersIn(textOf(template, type));
  const given = components.find((each) => each.type.toUpperCase() === type)?.parameters ?? [];
  if (given.length !== wanted.length) {
    throw errorOf(132000, `${type.toLowerCase()}: number of localizable_params (${given.length}) does not match the expected number of params (${wanted.length})`);
  }
  const missing = template.parameterFormat === 'NAMED' ? wanted.filter((name) => !given.some((each) => each.parameter_name === name)) : [];
  if (missing.length > 0) throw errorOf(132000, `${type.toLowerCase()}: missing parameter ${missing.join(', ')}`);
}

function checked(input: unknown): z.output<typeof Draft> {
  const result = Draft.safeParse(input);
  if (!result.success) throw parameter(result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  if (!/^[a-z0-9_]{1,512}$/.test(result.data.name)) throw parameter('Message template "name" may only hold lowercase letters, digits and underscores.');
  const body = result.data.components.find(({ type }) => type.toUpperCase() === 'BODY');
  if (!body?.text) throw parameter('The BODY component needs text.');
  if (/^\s*\{\{|\}\}\s*$/.test(body.text)) throw new GraphError(100, 'Invalid parameter', { subcode: 2388299, details: "Variables can't be at the start or end of the template." });
  return result.data;
}

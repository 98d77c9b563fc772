import { FormData } from 'undici';
import * as z from 'zod';
import { MediaAnswer, NumberAnswer, NumbersAnswer, SentAnswer, type TemplateAnswer, TemplateMade, TemplatesAnswer, UploadedAnswer } from '../../contracts/meta/graph-answers.ts';
import type { Graph, GraphAccountAccess, GraphNumber, GraphResult, GraphTemplate } from '../../domain/meta/graph.ts';
import { graphCaller, type GraphCall } from './graph-call.ts';

const VERSION = 'v24.0';
const TEMPLATES_A_PAGE = 100;
const MOST_PAGES = 70; // an account has 6,000 templates at most
/** Hosts of Meta that give files out; the token goes to no other, whatever an answer says. */
const FILE_HOSTS = /(^|\.)(fbsbx\.com|facebook\.com|fbcdn\.net|whatsapp\.net)$/;

export interface GraphOptions {
  /** Without a slash at the end. */
  readonly baseUrl?: string;
  readonly timeoutMs?: number;
}

const Done = z.object({ success: z.literal(true) });

/** Meta's Graph API over HTTP. */
export function graphClient({ baseUrl = 'https://graph.facebook.com', timeoutMs }: GraphOptions = {}): Graph {
  const { call, download } = graphCaller(timeoutMs);
  const at = (path: string): string => `${baseUrl}/${VERSION}/${path}`;
  const done = async (url: string, request: Parameters<GraphCall>[1]): Promise<GraphResult<null>> => map(await call(url, request, Done), () => null);

  return {
    async sendMessage({ accessToken, phoneNumberId }, message) {
      const json = { messaging_product: 'whatsapp', recipient_type: 'individual', ...message };
      const answer = await call(at(`${part(phoneNumberId)}/messages`), { method: 'POST', accessToken, json }, SentAnswer);
      if (answer.outcome !== 'ok') return answer;
      const { messages, contacts } = answer.value;
      return { outcome: 'sent', wamid: messages[0]?.id ?? '', waId: contacts[0]?.wa_id ?? null };
    },

    markRead: ({ accessToken, phoneNumberId }, wamid, { typing = false } = {}) => {
      const json = { messaging_product: 'whatsapp', status: 'read', message_id: wamid, ...(typing && { typing_indicator: { type: 'text' } }) };
      return done(at(`${part(phoneNumberId)}/messages`), { method: 'POST', accessToken, json });
    },

    uploadMedia({ accessToken, phoneNumberId }, { file, mimetype, filename }) {
      const form = new FormData();
      form.set('messaging_product', 'whatsapp');
      form.set('type', mimetype);
      form.set('file', file.type === mimetype ? file : file.slice(0, file.size, mimetype), filename);
      return call(at(`${part(phoneNumberId)}/media`), { method: 'POST', accessToken, form }, UploadedAnswer);
    },

    async mediaInfo({ accessToken }, mediaId) {
      const answer = await call(at(part(mediaId)), { accessToken }, MediaAnswer);
      return map(answer, ({ url, mime_type: mimetype, file_size: bytes, sha256 }) => ({ url, mimetype, bytes, sha256 }));
    },

    downloadMedia: async ({ accessToken }, url) => (isFileHost(url, baseUrl) ? download(url, accessToken) : notMetas()),

    async number({ accessToken, phoneNumberId }) {
      const answer = await call(at(`${part(phoneNumberId)}?fields=${NUMBER_FIELDS}`), { accessToken }, NumberAnswer);
      return map(answer, numberOf);
    },

    async numbersOf({ accessToken, businessAccountId }) {
      const answer = await call(at(`${part(businessAccountId)}/phone_numbers?fields=${NUMBER_FIELDS}&limit=100`), { accessToken }, NumbersAnswer);
      return map(answer, ({ data }) => data.map(numberOf));
    },

    subscribe: ({ accessToken, businessAccountId }) => done(at(`${part(businessAccountId)}/subscribed_apps`), { method: 'POST', accessToken }),

    listTemplates: (access) => listTemplates(call, at, access),

    createTemplate({ accessToken, businessAccountId }, { parameterFormat, ...draft }) {
      const json = { ...draft, parameter_format: parameterFormat };
      return call(at(`${part(businessAccountId)}/message_templates`), { method: 'POST', accessToken, json }, TemplateMade);
    },

    deleteTemplate({ accessToken, businessAccountId }, name, id) {
      const query = new URLSearchParams({ name, ...(id !== undefined && { hsm_id: id }) });
      return done(at(`${part(businessAccountId)}/message_templates?${query.toString()}`), { method: 'DELETE', accessToken });
    },
  };
}

const NUMBER_FIELDS = 'id,display_phone_number,verified_name,quality_rating';

/** Ids come from customers: none becomes more than one part of a path. */
const part = (id: string): string => encodeURIComponent(id);

const map = <A, B>(result: GraphResult<A>, change: (value: A) => B): GraphResult<B> =>
  result.outcome === 'ok' ? { outcome: 'ok', value: change(result.value) } : result;

const numberOf = ({ id, display_phone_number: phoneNumber, verified_name, quality_rating }: z.output<typeof NumberAnswer>): GraphNumber => ({
  id, phoneNumber, verifiedName: verified_name ?? null, qualityRating: quality_rating ?? null,
});

const templateOf = ({ parameter_format: parameterFormat, rejected_reason, ...rest }: z.output<typeof TemplateAnswer>): GraphTemplate => ({
  ...rest, parameterFormat, rejectedReason: rejected_reason && rejected_reason !== 'NONE' ? rejected_reason : null,
});

/** Page by page, under our own address: the one Meta gives for the next page holds the token. */
async function listTemplates(call: GraphCall, at: (path: string) => string, { accessToken, businessAccountId }: GraphAccountAccess): Promise<GraphResult<readonly GraphTemplate[]>> {
  const templates: GraphTemplate[] = [];
  let after: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = new URLSearchParams({ limit: String(TEMPLATES_A_PAGE), fields: TEMPLATE_FIELDS, ...(after !== undefined && { after }) });
    const answer = await call(at(`${part(businessAccountId)}/message_templates?${query.toString()}`), { accessToken }, TemplatesAnswer);
    if (answer.outcome !== 'ok') return answer;
    templates.push(...answer.value.data.map(templateOf));
    after = answer.value.paging?.next === undefined ? undefined : answer.value.paging.cursors?.after;
    if (after === undefined) break;
  }
  return { outcome: 'ok', value: templates };
}

const TEMPLATE_FIELDS = 'id,name,language,status,category,parameter_format,components,rejected_reason';

function isFileHost(url: string, baseUrl: string): boolean {
  const [target, base] = [new URL(url), new URL(baseUrl)];
  return target.host === base.host || (target.protocol === 'https:' && FILE_HOSTS.test(target.hostname));
}

const notMetas = (): GraphResult<never> =>
  ({ outcome: 'refused', status: 0, code: 0, subcode: null, message: 'The address of the file is not one of Meta', retryAfter: null });

import { MessagesValue, TemplateStatusValue, WebhookMessage, WebhookStatus, type WebhookFrame } from '../../../shared/contracts/meta/webhook.ts';
import type { SessionEvent } from '../../../shared/contracts/session-events.ts';
import { messageEvents } from './message-events.ts';
import type { Reported } from './reported.ts';
import { statusEvents } from './status-events.ts';

type TemplateStatus = Extract<SessionEvent, { type: 'template.status' }>;

export interface ReadWebhook {
  readonly reported: readonly Reported[];
  readonly templates: readonly TemplateStatus[];
  /** Messages and statuses that could not be read, or say nothing to us. */
  readonly passedOver: number;
}

const OBJECT = 'whatsapp_business_account';

/** Everything of a batch, entry by entry, change by change. */
export function readWebhook({ object, entry }: WebhookFrame, observedAt: string): ReadWebhook {
  const reported: Reported[] = [];
  const templates: TemplateStatus[] = [];
  let passedOver = 0;
  const changes = object === OBJECT ? entry.flatMap(({ id, changes: own }) => own.map((change) => ({ ...change, businessAccountId: id }))) : [];
  for (const { field, value, businessAccountId } of changes) {
    const template = field === 'message_template_status_update' ? templateStatus(value, businessAccountId, observedAt) : undefined;
    if (template) templates.push(template);
    const messages = field === 'messages' ? MessagesValue.safeParse(value).data : undefined;
    const { all, taken } = messages ? ofNumber(messages, observedAt) : { all: template ? 0 : 1, taken: [] };
    reported.push(...taken);
    passedOver += all - taken.length;
  }
  return { reported, templates, passedOver };
}

function ofNumber({ metadata: { phone_number_id: phoneNumberId }, contacts, messages, statuses }: MessagesValue, observedAt: string) {
  const taken: Reported[] = [];
  for (const written of messages) {
    const message = WebhookMessage.safeParse(written).data ?? unreadable(written);
    const events = message && messageEvents(message, contacts, observedAt);
    if (message && events?.length) taken.push({ phoneNumberId, key: `message:${message.id}`, events });
  }
  for (const written of statuses) {
    const status = WebhookStatus.safeParse(written).data;
    const events = status && statusEvents(status);
    if (status && events?.length) taken.push({ phoneNumberId, key: `status:${status.id}:${status.status}:${status.timestamp}`, events });
  }
  return { all: messages.length + statuses.length, taken };
}

const Rest = WebhookMessage.pick({ id: true, timestamp: true, type: true, from: true, from_user_id: true });

/** A message whose content has a form we do not know is still a message somebody wrote. */
const unreadable = (written: unknown): WebhookMessage | undefined => {
  const { data } = Rest.safeParse(written);
  return data && { ...data, type: 'unsupported' };
};

function templateStatus(value: unknown, businessAccountId: string, at: string): TemplateStatus | undefined {
  const { data } = TemplateStatusValue.safeParse(value);
  if (!data) return undefined;
  const { event: status, message_template_name: name, message_template_language: language, reason } = data;
  return { type: 'template.status', at, businessAccountId, name, language, status, reason: reason && reason !== 'NONE' ? reason : null };
}

import type { MessageContent } from '../../../shared/contracts/message.ts';
import type { Campaign, Recipient } from '../../../shared/domain/campaigns/campaign.ts';
import { spread } from '../../../shared/domain/campaigns/spread.ts';
import { parseTemplate, render } from '../../../shared/domain/campaigns/template.ts';
import type { OutboundMessage } from '../../../shared/domain/outbox/outbound-message.ts';
import { chatIdOf } from '../../../shared/identity/chat-identity.ts';
import { campaignMessageIdOf } from '../../../shared/identity/campaign-message-identity.ts';

/** A campaign that has started, so that the ids of its messages can be derived. */
export type StartedCampaign = Campaign & { readonly startedAt: number };

/** A recipient's place in its slice of the hash space stands for turns taken elsewhere. */
const turnsBefore = (fromHash: string): number => Number.parseInt(fromHash, 16);

/**
 * Makes the messages for some recipients, each from the session that last talked to them or else in turn. The same
 * recipient and attempt always make the same message id.
 */
export function campaignMessages(
  campaign: StartedCampaign,
  recipients: readonly Recipient[],
  lastSessionOf: ReadonlyMap<string, string>,
  fromHash: string,
  nowMs: number,
): readonly OutboundMessage[] {
  const sessions = campaign.sessionIds.map((id) => ({ id, weight: 1 }));
  const sessionOf = spread(recipients.map(({ to }) => to), sessions, lastSessionOf, turnsBefore(fromHash));
  const contentFor = contentWriter(campaign);
  return recipients.map((recipient) => messageOf(campaign, recipient, sessionOf.get(recipient.to) ?? '', contentFor(recipient), nowMs));
}

function contentWriter({ message }: Campaign): (recipient: Recipient) => MessageContent {
  if (message.type === 'template') return templateWriter(message);
  if (!('text' in message) || message.text === undefined) return () => message;
  const template = parseTemplate(message.text);
  return ({ variables }) => ({ ...message, text: render(template, variables) });
}

/** What a placeholder of Meta's template is filled with may itself hold `{{variable}}`. */
function templateWriter(message: Extract<MessageContent, { type: 'template' }>): (recipient: Recipient) => MessageContent {
  const values = Object.entries(message.template.variables).map(([name, text]) => [name, parseTemplate(text)] as const);
  return ({ variables }) => ({
    ...message,
    template: { ...message.template, variables: Object.fromEntries(values.map(([name, parts]) => [name, render(parts, variables)])) },
  });
}

const messageOf = (
  campaign: StartedCampaign,
  { to, attempt }: Recipient,
  sessionId: string,
  content: MessageContent,
  nowMs: number,
): OutboundMessage => ({
  id: campaignMessageIdOf(campaign.workspaceId, campaign.id, campaign.startedAt, to, attempt),
  workspaceId: campaign.workspaceId,
  sessionId,
  chatId: chatIdOf(campaign.workspaceId, sessionId, to),
  peer: to,
  content,
  replyTo: null,
  campaignId: campaign.id,
  priority: 'default',
  dueAt: campaign.startedAt,
  queuedAt: nowMs,
  status: 'queued',
  claimToken: null,
  failure: null,
});

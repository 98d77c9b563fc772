import type { MessageFailure } from '../../shared/contracts/message.ts';
import { claimRemaining } from '../../shared/domain/outbox/claim-remaining.ts';
import type { OutboundMessage } from '../../shared/domain/outbox/outbound-message.ts';
import { MAY_HAVE_LEFT, NEVER_LEFT } from '../../shared/domain/outbox/session-deleted.ts';
import { now, type SessionContext } from './session-context.ts';

/** Nothing will ever be sent for this session: its messages fail with a reason instead of waiting for good (I1). */
export async function giveUpOutbox(context: SessionContext): Promise<void> {
  const { services, owner, sessionId } = context;
  const { sessionId: _sessionId, fencingToken } = owner;
  const inDoubt = await services.outbox.listInDoubt(sessionId);
  fail(context, await services.outbox.adopt(sessionId, fencingToken, inDoubt), MAY_HAVE_LEFT);
  for await (const claimed of claimRemaining(services.outbox, { sessionId, fencingToken })) fail(context, claimed, NEVER_LEFT);
}

function fail(context: SessionContext, messages: readonly OutboundMessage[], failure: MessageFailure): void {
  if (messages.length === 0) return;
  context.services.metrics.failed.inc({ code: failure.code }, messages.length);
  context.report(...messages.map(({ id }) => ({ type: 'message.failed' as const, at: now(), messageId: id, failure })));
}

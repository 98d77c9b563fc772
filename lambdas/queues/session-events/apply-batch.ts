import type { SessionEvent, SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import type { AnnounceCompletion } from '../../../shared/domain/campaigns/announce-completion.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import { foldChanges, type ReceiptEvent } from '../../../shared/domain/outbox/fold-changes.ts';
import type { Messages } from '../../../shared/domain/outbox/messages.ts';
import type { PublishEvents } from '../../../shared/domain/webhooks/publish-events.ts';
import type { ApplyJob } from '../../queue/record-handler.ts';
import type { makeCountOutcomes } from './count-outcomes.ts';
import { countCampaigns, type CountingCampaigns } from './count-campaigns.ts';
import { identifyPeers, type IdentifyPeersDeps } from './identify-peers.ts';
import { makeNoteActivity } from './note-activity.ts';
import { noteContacts, type NoteContactsDeps } from './note-contacts.ts';
import { receiptEvents, receivedEvent } from './public-events.ts';
import { receiveMessages } from './receive-messages.ts';
import { reportSession, type ReportingSessions } from './report-session.ts';
import { touchChats, type TouchChatsDeps } from './touch-chats.ts';

export interface ApplyBatchDeps extends TouchChatsDeps, IdentifyPeersDeps, NoteContactsDeps {
  readonly chats: TouchChatsDeps['chats'] & IdentifyPeersDeps['chats'];
  readonly sessions: ReportingSessions;
  readonly messages: Pick<Messages, 'applyChanges' | 'insertInbound' | 'getMany'>;
  readonly campaigns: CountingCampaigns;
  readonly countOutcomes: ReturnType<typeof makeCountOutcomes>;
  readonly publish: PublishEvents;
  readonly announce: AnnounceCompletion;
  readonly clock: Clock;
}

/**
 * Writes what a session reported, then tells the world. Every step can be repeated, and finds its own marks if it is:
 * a batch may come again after a crash between any two of them.
 */
export function makeApplyBatch(deps: ApplyBatchDeps): ApplyJob<SessionEventBatch> {
  const noteActivity = makeNoteActivity(deps.sessions, deps.clock);

  return async (told, { isRepeat }) => {
    const { batch, published: ofIdentities } = await identifyPeers(deps, told, isRepeat);
    const ofSession = await reportSession(deps.sessions, batch, isRepeat);
    const applied = await deps.messages.applyChanges(batch.workspaceId, batch, foldChanges(batch.events.filter(isReceipt)));
    const received = await receiveMessages(deps.messages, batch);
    const ofChats = await touchChats(deps, batch, applied, received);
    const ofContacts = await noteContacts(deps, batch, applied, received);
    const completed = await countCampaigns(deps.campaigns, batch, applied, isRepeat);
    await deps.countOutcomes(batch, applied);
    const ownNumber = applied.length + received.length > 0 ? await noteActivity(batch) : null;
    await deps.publish(batch.workspaceId, [
      ...ofSession,
      ...applied.flatMap((change) => receiptEvents(change, ownNumber)),
      ...ofChats,
      ...ofIdentities,
      ...ofContacts,
      ...received.map(({ message, event }) => receivedEvent(message, event, ownNumber)),
    ]);
    for (const campaign of completed) await deps.announce(campaign);
  };
}

const isReceipt = (event: SessionEvent): event is ReceiptEvent =>
  event.type === 'message.sent' || event.type === 'message.ack' || event.type === 'message.failed' || event.type === 'message.unknown';

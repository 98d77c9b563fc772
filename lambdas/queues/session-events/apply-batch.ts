import type { SessionEvent, SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import type { AnnounceStatus } from '../../../shared/domain/campaigns/announce-status.ts';
import type { NoteCounts } from '../../../shared/domain/campaigns/note-counts.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import { foldChanges, type ReceiptEvent } from '../../../shared/domain/outbox/fold-changes.ts';
import type { MediaFiles } from '../../../shared/domain/media/media-files.ts';
import type { AddMediaLink } from '../../../shared/domain/media/media-links.ts';
import { messageView } from '../../../shared/domain/outbox/message-view.ts';
import type { Messages } from '../../../shared/domain/outbox/messages.ts';
import type { NumberEvents } from '../../../shared/domain/webhooks/number-events.ts';
import type { PublishEvents } from '../../../shared/domain/webhooks/publish-events.ts';
import type { ApplyJob } from '../../queue/record-handler.ts';
import { annotateMessages } from './annotate-messages.ts';
import type { makeCountOutcomes } from './count-outcomes.ts';
import { countCampaigns, type CountingCampaigns } from './count-campaigns.ts';
import { fetchFiles, type FetchFilesDeps } from './fetch-files.ts';
import type { FindMessagesDeps } from './find-messages.ts';
import { identifyPeers, type IdentifyPeersDeps } from './identify-peers.ts';
import { signEvents } from './message-deed-events.ts';
import { makeNoteActivity } from './note-activity.ts';
import { noteContacts, type NoteContactsDeps } from './note-contacts.ts';
import { mediaEvent, receiptEvents, receivedEvent } from './public-events.ts';
import { receiveMessages } from './receive-messages.ts';
import { reportSession, type ReportingSessions } from './report-session.ts';
import { settleMedia, type SettledMedia } from './settle-media.ts';
import { touchChats, type TouchChatsDeps } from './touch-chats.ts';

export interface ApplyBatchDeps extends TouchChatsDeps, IdentifyPeersDeps, NoteContactsDeps, FetchFilesDeps {
  readonly chats: TouchChatsDeps['chats'] & IdentifyPeersDeps['chats'] & FindMessagesDeps['chats'];
  readonly sessions: ReportingSessions;
  readonly messages: Pick<Messages, 'applyChanges' | 'insertInbound' | 'findIds' | 'annotate' | 'getMany' | 'settleMedia'>;
  readonly files: Pick<MediaFiles, 'noteReceived'>;
  readonly addMediaLink: AddMediaLink;
  readonly mediaRetentionMs: number;
  readonly campaigns: CountingCampaigns;
  readonly numberEvents: NumberEvents;
  readonly countOutcomes: ReturnType<typeof makeCountOutcomes>;
  readonly publish: PublishEvents;
  readonly announce: AnnounceStatus;
  readonly noteCounts: NoteCounts;
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
    const received = await receiveMessages({ ...deps, now: () => deps.clock.now(), retentionMs: deps.mediaRetentionMs }, batch);
    await fetchFiles(deps, received);
    const ofDeeds = await annotateMessages(deps, batch, applied);
    const settled = await settleMedia(deps.messages, batch);
    const ofChats = await touchChats(deps, batch, applied, received);
    const ofContacts = await noteContacts(deps, batch, applied, received);
    const completed = await countCampaigns(deps, batch, applied, isRepeat);
    await deps.countOutcomes(batch, applied);
    const ownNumber = applied.length + received.length > 0 ? await noteActivity(batch) : await numberFor(deps, batch, settled);
    const events = await deps.numberEvents(batch.workspaceId, [
      ...ofSession,
      ...applied.flatMap((change) => receiptEvents(change, ownNumber)),
      ...ofChats,
      ...ofIdentities,
      ...ofContacts,
      ...received.map(({ message, event }) => receivedEvent(message, event, ownNumber)),
      ...ofDeeds,
      ...signEvents(batch),
      ...(await mediaEvents(deps, settled, ownNumber)),
    ]);
    await deps.publish(batch.workspaceId, events);
    for (const campaign of completed) await deps.announce(campaign);
  };
}

/** A file is no activity: the next owner looks for messages from the last activity on, and a file may come before messages that were missed. */
const numberFor = async ({ sessions }: ApplyBatchDeps, { sessionId }: SessionEventBatch, settled: readonly SettledMedia[]): Promise<string | null> =>
  settled.length === 0 ? null : ((await sessions.find(sessionId))?.phoneNumber ?? null);

const mediaEvents = ({ addMediaLink }: ApplyBatchDeps, settled: readonly SettledMedia[], ownNumber: string | null) =>
  Promise.all(settled.map(async ({ message, event }) => mediaEvent(message, await addMediaLink(message.workspaceId, messageView(message, ownNumber)), event.settledAt)));

const isReceipt = (event: SessionEvent): event is ReceiptEvent =>
  event.type === 'message.sent' || event.type === 'message.ack' || event.type === 'message.failed' || event.type === 'message.unknown';

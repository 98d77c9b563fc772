import { setTimeout as pause } from 'node:timers/promises';
import { MetaClient, type BusinessNumber } from '../../../local/client/meta-client.ts';
import { startMetaService } from '../../../local/meta/service.ts';
import { makeBringFile } from '../../../lambdas/queues/meta-sends/bring-file.ts';
import { makeFillTemplate } from '../../../lambdas/queues/meta-sends/fill-template.ts';
import { makeGraphMessage } from '../../../lambdas/queues/meta-sends/graph-message.ts';
import { makeReport } from '../../../lambdas/queues/meta-sends/report.ts';
import { makeSendClaimed } from '../../../lambdas/queues/meta-sends/send-claimed.ts';
import { makeSendDue } from '../../../lambdas/queues/meta-sends/send-due.ts';
import { makeSendPass } from '../../../lambdas/queues/meta-sends/send-pass.ts';
import { makeSettleFile } from '../../../lambdas/queues/meta-sends/settle-file.ts';
import { makeSettleHeld } from '../../../lambdas/queues/meta-sends/settle-held.ts';
import { makeApplyBatch } from '../../../lambdas/queues/session-events/apply-batch.ts';
import { makeCountOutcomes } from '../../../lambdas/queues/session-events/count-outcomes.ts';
import { numberArrivals } from '../../../lambdas/queues/session-events/number-arrivals.ts';
import { dynamoArrivals } from '../../../shared/adapters/dynamodb/dynamo-arrivals.ts';
import { dynamoCampaigns } from '../../../shared/adapters/dynamodb/dynamo-campaigns.ts';
import { dynamoChats } from '../../../shared/adapters/dynamodb/dynamo-chats.ts';
import { dynamoContacts } from '../../../shared/adapters/dynamodb/dynamo-contacts.ts';
import { dynamoHeldMessages } from '../../../shared/adapters/dynamodb/dynamo-held-messages.ts';
import { dynamoMessages } from '../../../shared/adapters/dynamodb/dynamo-messages.ts';
import { dynamoOutbox } from '../../../shared/adapters/dynamodb/dynamo-outbox.ts';
import { dynamoOutcomes } from '../../../shared/adapters/dynamodb/dynamo-outcomes.ts';
import { dynamoPairBuckets } from '../../../shared/adapters/dynamodb/dynamo-pair-buckets.ts';
import { dynamoPeers } from '../../../shared/adapters/dynamodb/dynamo-peers.ts';
import { dynamoSenderLeases } from '../../../shared/adapters/dynamodb/dynamo-sender-leases.ts';
import { dynamoSendingPolicies } from '../../../shared/adapters/dynamodb/dynamo-sending-policies.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { dynamoMediaFiles } from '../../../shared/adapters/dynamodb/dynamo-media-files.ts';
import { dynamoTemplates } from '../../../shared/adapters/dynamodb/dynamo-templates.ts';
import { graphClient } from '../../../shared/adapters/meta/graph-client.ts';
import type { MetaSendJob } from '../../../shared/contracts/jobs.ts';
import type { PublicEvent } from '../../../shared/contracts/public-event.ts';
import type { SessionEvent, SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import { makeConsentOf } from '../../../shared/domain/contacts/consent-words.ts';
import type { EnqueueJobs } from '../../../shared/domain/job-queue.ts';
import { makeAddMediaLink } from '../../../shared/domain/media/media-links.ts';
import type { Graph } from '../../../shared/domain/meta/graph.ts';
import type { OutboundMessage } from '../../../shared/domain/outbox/outbound-message.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { arrivalKey } from '../../../shared/identity/arrival-key.ts';
import { anOutboundMessage, WORKSPACE } from '../../support/builders/outbound-message.ts';
import { aSession } from '../../support/builders/session.ts';
import { memoryMediaStore } from '../../support/fakes/memory-media-store.ts';
import { startDynamo } from '../../support/dynamodb.ts';

export interface Job {
  readonly job: MetaSendJob;
  readonly delaySeconds: number;
}

/** Tables, a simulated Meta, the sender with the real Graph client, and the consumer of what it reports. Time can be moved. */
export async function startSenderWorld() {
  const [dynamo, service] = await Promise.all([startDynamo(), startMetaService()]);
  const { doc, tables } = dynamo;
  const meta = new MetaClient(service.control);
  let aheadMs = 0;
  const clock = { now: () => Date.now() + aheadMs };
  const sessions = dynamoSessions(doc, tables.core);
  const outbox = dynamoOutbox(doc, tables, clock);
  const messages = dynamoMessages(doc, tables.messages);
  const campaigns = dynamoCampaigns(doc, tables.core, clock);
  const held = dynamoHeldMessages(doc, tables, clock);
  const leases = dynamoSenderLeases(doc, tables.core, clock);
  const policies = dynamoSendingPolicies(doc, tables.core);
  const outcomes = dynamoOutcomes(doc, tables.core);
  const chats = dynamoChats(doc, tables.messages);
  const templates = dynamoTemplates(doc, tables.core);
  const numbers = new Map<string, BusinessNumber>(); // by session
  const jobs: Job[] = [];
  const queue: SessionEventBatch[] = [];
  const batches: SessionEventBatch[] = [];
  const published: PublicEvent[] = [];
  const store = memoryMediaStore();
  const enqueueMeta: EnqueueJobs<MetaSendJob> = async (some, { delaySeconds = 0 } = {}) => void jobs.push(...some.map((job) => ({ job, delaySeconds })));
  const applyBatch = numberArrivals(
    dynamoArrivals(doc, tables.core),
    makeApplyBatch({
      sessions, messages, campaigns, clock,
      chats,
      peers: dynamoPeers(doc, tables.messages),
      countOutcomes: makeCountOutcomes({ policies, outcomes, clock }),
      contacts: dynamoContacts(doc, tables.core),
      consentOf: makeConsentOf(),
      skipOptedOut: async () => undefined,
      publish: async (_, events) => void published.push(...events),
      announce: async () => undefined,
      numberEvents: async (_, events) => events,
      noteCounts: async () => undefined,
      enqueueMeta,
      files: dynamoMediaFiles(doc, tables.core),
      addMediaLink: makeAddMediaLink(store),
      mediaRetentionMs: 1_000,
    }),
  );
  const report = makeReport({ events: { send: async (batch) => void queue.push(batch) }, clock });

  /** A sender, as one run of the function has it; `graph` in place of the real client. */
  const sender = (graph: Graph = graphClient({ baseUrl: service.graph, timeoutMs: 500 })) => {
    const graphMessage = makeGraphMessage({
      graph, messages, store,
      fillTemplate: makeFillTemplate(templates),
      within: (_ms, work) => work,
    });
    return makeSendDue({
      sessions, leases, held, clock,
      accounts: { get: async (sessionId) => numbers.get(sessionId) as BusinessNumber },
      settleHeld: makeSettleHeld({ held, report, clock }),
      sendPass: makeSendPass({ outbox, held, pairs: dynamoPairBuckets(doc, tables.core), sendClaimed: makeSendClaimed({ graph, graphMessage, clock }), report, clock }),
      enqueue: enqueueMeta,
      pause: (ms) => pause(Math.min(ms, 20)),
    });
  };

  /** Does a job about a file, as the function does. */
  const fetchFile = (graph: Graph = graphClient({ baseUrl: service.graph, timeoutMs: 500 })) =>
    makeSettleFile({
      messages, sessions, report, clock,
      accounts: { get: async (sessionId) => numbers.get(sessionId) as BusinessNumber },
      bringFile: makeBringFile({ graph, store, within: (_ms, work) => work }),
      enqueue: enqueueMeta,
    });

  /** What the consumer of session events makes of what was reported. */
  async function consume(): Promise<void> {
    for (const batch of queue.splice(0)) {
      batches.push(batch);
      await applyBatch(batch, { isRepeat: false });
    }
  }

  return {
    dynamo, service, meta, clock, sessions, outbox, messages, campaigns, held, leases, policies, outcomes, chats, templates, store, jobs, batches, published, sender, fetchFile, consume,
    pass: (ms: number) => void (aheadMs += ms),
    async number(change: Partial<Session> = {}): Promise<{ readonly session: Session; readonly shop: BusinessNumber }> {
      const shop = await meta.number(`+49301${String(numbers.size).padStart(5, '0')}`);
      const session = await sessions.insert(aSession({ workspaceId: WORKSPACE, provider: 'meta', status: 'connected', phoneNumber: shop.phoneNumber, ...change }));
      numbers.set(session.id, shop);
      return { session, shop };
    },
    queued: async (session: Session, change: Partial<OutboundMessage> = {}): Promise<OutboundMessage> => {
      const now = clock.now();
      return (await outbox.insert(anOutboundMessage({ sessionId: session.id, queuedAt: now, dueAt: now, ...change }))).message;
    },
    /** One run of the sender, and what the tables show then. */
    async run(session: Session, graph?: Graph): Promise<void> {
      await sender(graph)(session.id);
      await consume();
    },
    async reported({ id, workspaceId }: Session, ...events: SessionEvent[]): Promise<void> {
      queue.push({ v: 1, workspaceId, sessionId: id, instanceId: 'test', fencingToken: 0, sequence: arrivalKey(JSON.stringify(events)), numbered: 'on-arrival', events });
      await consume();
    },
    status: async ({ id }: OutboundMessage) => (await messages.get(WORKSPACE, id)).status,
    copies: async ({ id, peer }: OutboundMessage) => (await meta.received(peer)).find(({ callbackData }) => callbackData === id)?.copies ?? 0,
    stop: () => Promise.all([dynamo.stop(), service.stop()]),
  };
}
export type SenderWorld = Awaited<ReturnType<typeof startSenderWorld>>;

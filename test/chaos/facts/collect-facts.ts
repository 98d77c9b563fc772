import pLimit from 'p-limit';
import type { RecipientView } from '../../../shared/contracts/api/campaigns.ts';
import type { MessageView } from '../../../shared/contracts/api/messages.ts';
import type { StartedCampaign } from '../records.ts';
import type { Scene } from '../scene.ts';
import type { StatusWatch } from '../status-watch.ts';
import { persistently } from '../traffic/persistently.ts';
import { receivedBy } from './chat-history.ts';
import type { Facts, FinalCampaign, FinalLink, FinalMessage, HeldByPhone } from './facts.ts';

const AT_ONCE = 6;

/** `people`: everyone we wrote to. */
export async function collectFacts(scene: Scene, people: readonly string[], statusWatch: StatusWatch): Promise<Facts> {
  const { world, sessions, records, watch } = scene;
  const limit = pLimit(AT_ONCE);
  const each = <T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<R[]> =>
    Promise.all(items.map((item) => limit(() => persistently(scene, () => ask(item)))));

  const direct = await each(records.direct, async ({ id, to, text }): Promise<FinalMessage> => {
    const view = await world.blazz.get<MessageView>(`/v1/messages/${id}`);
    statusWatch.note(view);
    return { id, to, text, status: view.status, failure: view.failure?.code ?? null };
  });
  const campaigns = await each(records.campaigns, (campaign) => finalCampaign(scene, campaign));
  return {
    messages: [...direct, ...campaigns.flatMap(({ messages }) => messages)],
    campaigns: campaigns.map(({ campaign }) => campaign),
    held: (await each(people, (number) => heldBy(scene, number))).flat(),
    ledger: (await each(sessions, ({ number }) => world.phones.ledger(number))).flat(),
    lateSends: await world.phones.lateSends(),
    written: records.written,
    received: (await each(sessions, (session) => receivedBy(world, session))).flat(),
    links: await each(sessions, ({ sessionId, number }) => finalLink(scene, sessionId, number)),
    unexpected: watch.unexpected,
    statuses: statusWatch.history,
  };
}

async function heldBy({ world }: Scene, number: string): Promise<readonly HeldByPhone[]> {
  const received = await world.phones.received(number);
  return received.map(({ from, text, wireId, copies }) => ({ number, from, text: text ?? '', wireId, copies }));
}

async function finalLink({ world, records }: Scene, sessionId: string, number: string): Promise<FinalLink> {
  const [device] = await world.phones.linked(number);
  const unlinked = records.unlinked.filter((id) => id === sessionId).length;
  return { sessionId, number, generations: device?.generation ?? 0, unlinked };
}

async function finalCampaign({ world }: Scene, { id, text }: StartedCampaign): Promise<{ campaign: FinalCampaign; messages: readonly FinalMessage[] }> {
  const recipients = await world.blazz.all<RecipientView>(`/v1/campaigns/${id}/recipients`);
  const { stats } = await world.blazz.campaign(id);
  const recount: Record<string, number> = {};
  for (const { status } of recipients) recount[status] = (recount[status] ?? 0) + 1;
  const messages = recipients.map(({ to, messageId, status, failure }) => ({ id: messageId, to, text, status, failure: failure?.code ?? null }));
  return { campaign: { id, stats, recount }, messages };
}

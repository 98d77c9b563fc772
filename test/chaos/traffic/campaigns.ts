import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import type { CampaignView } from '../../../shared/contracts/api/campaigns.ts';
import { expectOk } from '../../../local/client/http-json.ts';
import type { Scene } from '../scene.ts';
import { persistently, postOnce } from './persistently.ts';

const PAUSE_MS = 1_500; // between two campaigns
const LOOK_EVERY_MS = 500;

/** One that runs already was started by an attempt whose answer was lost. Other refusals pass: no session may be connected just now. */
const IsStarted = z.object({ code: z.literal('invalid_campaign_state') });

async function start(scene: Scene, id: string): Promise<void> {
  await persistently(scene, async () => {
    const answer = await scene.world.blazz.call('POST', `/v1/campaigns/${id}/start`, {});
    return IsStarted.safeParse(answer.body).success ? undefined : expectOk(answer, 'start');
  });
}

/** Once created it counts as accepted, whatever happens to its start: that is tried until it works. */
async function runOne(scene: Scene, number: number, recipients: readonly string[], signal: AbortSignal): Promise<void> {
  const { sessions, records } = scene;
  const text = `campaign ${number}`;
  const body = {
    name: text,
    sessionIds: sessions.map(({ sessionId }) => sessionId),
    message: { type: 'text', text },
    recipients: recipients.map((to) => ({ to })),
  };
  const { id } = await postOnce<CampaignView>(scene, '/v1/campaigns', body, `chaos-campaign-${number}`);
  records.campaigns.push({ id, text, recipients });
  await start(scene, id);
  await untilCompleted(scene, id, signal);
}

async function untilCompleted({ world }: Scene, id: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const campaign = await world.blazz.campaign(id).catch(() => undefined);
    if (campaign?.status === 'completed') return;
    await delay(LOOK_EVERY_MS);
  }
}

/** One campaign after another, as fast as they go, to the same people. */
export async function runCampaigns(scene: Scene, recipients: readonly string[], signal: AbortSignal): Promise<void> {
  for (let number = 1; !signal.aborted; number++) {
    await runOne(scene, number, recipients, signal);
    await delay(PAUSE_MS);
  }
}

import type { PublicEvent } from '../../../shared/contracts/public-event.ts';
import type { SessionEvent, SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import { templateStatusOf } from '../../../shared/domain/templates/template-status.ts';
import { templateView } from '../../../shared/domain/templates/template-view.ts';
import type { Template, Templates } from '../../../shared/domain/templates/templates.ts';
import type { PublishEvents } from '../../../shared/domain/webhooks/publish-events.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import { templateIdOf } from '../../../shared/identity/template-identity.ts';
import type { ApplyJob } from '../../queue/record-handler.ts';

export interface ReviewTemplatesDeps {
  readonly templates: Pick<Templates, 'review'>;
  readonly publish: PublishEvents;
}

type Reviewed = Extract<SessionEvent, { type: 'template.status' }>;

/** Notes what Meta decided about templates and tells the world, then applies the rest of the batch. */
export const reviewTemplates = (deps: ReviewTemplatesDeps, apply: ApplyJob<SessionEventBatch>): ApplyJob<SessionEventBatch> =>
  async (batch, delivery) => {
    const news = batch.events.filter((event): event is Reviewed => event.type === 'template.status');
    const told: PublicEvent[] = [];
    for (const event of news) told.push(...(await note(deps.templates, batch, event, delivery.isRepeat)));
    if (told.length > 0) await deps.publish(batch.workspaceId, told);
    if (news.length < batch.events.length) await apply(batch, delivery);
  };

/** On a repeated delivery it may have been noted before and not been told; its id is the same, so telling twice does no harm. */
async function note(templates: ReviewTemplatesDeps['templates'], { workspaceId }: SessionEventBatch, event: Reviewed, isRepeat: boolean): Promise<PublicEvent[]> {
  const { businessAccountId, name, language, reason } = event;
  const id = templateIdOf(workspaceId, businessAccountId, name, language);
  const review = { status: templateStatusOf(event.status), rejectedReason: reason, at: Date.parse(event.at) };
  const noted = await templates.review(workspaceId, id, review);
  if (!noted || (noted.before.status === review.status && !isRepeat)) return [];
  return [statusEvent(noted.after, event.at)];
}

const statusEvent = (template: Template, at: string): PublicEvent => ({
  id: derivedId('evt', Date.parse(at), 'template.status', template.id, template.status),
  type: 'template.status',
  createdAt: at,
  workspaceId: template.workspaceId,
  data: templateView(template),
});

import type { messageRoutes } from '../../../shared/contracts/api/routes/messages.ts';
import type { AddMediaLink } from '../../../shared/domain/media/media-links.ts';
import { messageView } from '../../../shared/domain/outbox/message-view.ts';
import type { Messages } from '../../../shared/domain/outbox/messages.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import type { Operation } from '../../http/api-request.ts';

export interface GetMessageDeps {
  readonly messages: Pick<Messages, 'get'>;
  readonly sessions: Pick<Sessions, 'find'>;
  readonly addMediaLink: AddMediaLink;
}

export const makeGetMessage = ({ messages, sessions, addMediaLink }: GetMessageDeps): Operation<typeof messageRoutes.getMessage> =>
  async ({ workspaceId, params: { id } }) => {
    const message = await messages.get(workspaceId, id);
    const session = await sessions.find(message.sessionId); // may be deleted by now; its messages stay
    return { status: 200, body: await addMediaLink(workspaceId, messageView(message, session?.phoneNumber ?? null)) };
  };

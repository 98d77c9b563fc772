import { ClientMessage, MOST_CLIENT_CHARACTERS, type ServerReply } from '../../../shared/contracts/realtime.ts';
import type { Connection, Connections } from '../../../shared/domain/realtime/connections.ts';
import type { Sockets } from '../../../shared/domain/realtime/sockets.ts';
import type { Subscriptions } from '../../../shared/domain/realtime/subscriptions.ts';
import { loggableError } from '../../../shared/observability/loggable-error.ts';
import { logger } from '../../../shared/observability/logger.ts';
import { fieldErrors } from '../../http/field-errors.ts';
import type { MessageRequest } from './socket-api.ts';
import { SocketRefusal } from './socket-refusal.ts';
import { stillThere, type StillThereDeps } from './still-there.ts';
import type { Subscribe } from './subscribe.ts';

export interface AnswerMessageDeps extends StillThereDeps {
  readonly connections: Pick<Connections, 'find' | 'noteSeen' | 'drop'>;
  readonly subscriptions: Pick<Subscriptions, 'remove'>;
  readonly subscribe: Subscribe;
  readonly sockets: Sockets;
}

/** Does what one message asks for and says so. A message that is refused is answered with an error, and the socket stays. */
export const makeAnswerMessage = (deps: AnswerMessageDeps) =>
  async ({ connectionId, text }: MessageRequest): Promise<void> => {
    const say = (reply: ServerReply) => deps.sockets.post(connectionId, JSON.stringify(reply));
    try {
      const message = parseMessage(text);
      const connection = await stillThere(deps, connectionId);
      if (!connection) return await endExpired(deps, connectionId, say);
      await act(deps, connection, message, say);
    } catch (error) {
      await say(errorReply(error));
    }
  };

type Say = (reply: ServerReply) => Promise<unknown>;

async function act(deps: AnswerMessageDeps, connection: Connection, message: ClientMessage, say: Say): Promise<void> {
  switch (message.action) {
    case 'ping':
      await say({ type: 'pong' });
      return;
    case 'subscribe':
      return deps.subscribe(connection, message);
    case 'unsubscribe':
      await deps.subscriptions.remove(message.channel, connection.id);
      await say({ type: 'unsubscribed', channel: message.channel });
  }
}

function parseMessage(text: string | undefined): ClientMessage {
  if (text === undefined) throw new SocketRefusal('invalid_message', 'Send text, not binary data.');
  if (text.length > MOST_CLIENT_CHARACTERS) {
    throw new SocketRefusal('message_too_long', `A message may have ${MOST_CLIENT_CHARACTERS} characters.`);
  }
  const result = ClientMessage.safeParse(parseJson(text));
  if (result.success) return result.data;
  const wrong = result.error.issues.flatMap(fieldErrors).map(({ path, message }) => `${path || 'the message'}: ${message}`);
  throw new SocketRefusal('invalid_message', `Not valid: ${wrong.join('; ')}. Actions are ping, subscribe and unsubscribe.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SocketRefusal('invalid_message', 'Send JSON, as in {"action":"ping"}.');
  }
}

/** It was silent for too long, or its key was revoked: it must connect anew. */
async function endExpired({ connections, sockets }: AnswerMessageDeps, connectionId: string, say: Say): Promise<void> {
  await say({ type: 'error', code: 'connection_expired', detail: 'This connection has ended. Connect again, with a valid key.' });
  await connections.drop(connectionId);
  await sockets.close(connectionId);
}

function errorReply(error: unknown): ServerReply {
  if (error instanceof SocketRefusal) return { type: 'error', code: error.code, detail: error.message };
  logger.error('Message not answered', { failure: loggableError(error) });
  return { type: 'error', code: 'internal', detail: 'Something went wrong on our side. Send it again.' };
}

import { GetCommand, QueryCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { systemClock, type Clock } from '../../domain/clock.ts';
import { sessionNotFound } from '../../domain/errors.ts';
import { atRest } from '../../domain/sessions/at-rest.ts';
import type { Assignments } from '../../domain/sessions/assignments.ts';
import type { Session } from '../../domain/sessions/session.ts';
import { assignSession, type AssignmentTables } from './assign-session.ts';
import { isConditionFailure } from './conditions.ts';
import { sessionKey, sessionsOfInstance } from './keys.ts';
import { lookedAfterBy, toSession } from './session-item.ts';
import { INDEX } from './table-names.ts';

const RELEASE_ATTEMPTS = 5;

/**
 * The assignment is part of the session's item, so that one condition can hold a write against its token. The registry
 * is asked whether an instance takes sessions.
 */
export function dynamoAssignments(doc: DynamoDBDocumentClient, tables: AssignmentTables, clock: Clock = systemClock): Assignments {
  const { core } = tables;

  const read = async (sessionId: string): Promise<Session | undefined> => {
    const { Item } = await doc.send(new GetCommand({ TableName: core, Key: sessionKey(sessionId), ConsistentRead: true }));
    return Item && toSession(Item);
  };

  const listIn = async (partition: string): Promise<readonly Session[]> => {
    const sessions: Session[] = [];
    let after: Record<string, unknown> | undefined;
    do {
      const page = await doc.send(new QueryCommand({
        TableName: core,
        IndexName: INDEX.gsi2,
        KeyConditionExpression: 'gsi2pk = :partition',
        ExpressionAttributeValues: { ':partition': partition },
        ...(after ? { ExclusiveStartKey: after } : {}),
      }));
      sessions.push(...(page.Items ?? []).map(toSession));
      after = page.LastEvaluatedKey;
    } while (after);
    return sessions;
  };

  /** `false`: the condition did not hold. */
  const updateIf = async (input: ConstructorParameters<typeof UpdateCommand>[0]): Promise<boolean> => {
    try {
      await doc.send(new UpdateCommand(input));
      return true;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      return false;
    }
  };

  /** Where the released session is listed depends on what is wanted of it, so that must not change meanwhile. */
  const releaseAsSeen = (session: Session): Promise<boolean> => {
    const partition = lookedAfterBy({ ...session, instanceId: null });
    const observed = Object.entries(atRest(session, clock.now()));
    const unlisted = session.status === 'deleted' ? '' : 'REMOVE gsi2pk, gsi2sk'; // a deleted one has its own list
    return updateIf({
      TableName: core,
      Key: sessionKey(session.id),
      UpdateExpression: `SET instanceId = :nobody, previousInstanceId = :instance, ${observed.map(([name]) => `#${name} = :next_${name}`).join(', ')} ${
        partition === undefined ? unlisted : ', gsi2pk = :partition, gsi2sk = :id'
      }`,
      ConditionExpression: 'fencingToken = :token AND instanceId = :instance AND desired = :desired AND #status = :status',
      ExpressionAttributeNames: Object.fromEntries(observed.map(([name]) => [`#${name}`, name])),
      ExpressionAttributeValues: {
        ...Object.fromEntries(observed.map(([name, value]) => [`:next_${name}`, value])),
        ':nobody': null,
        ':instance': session.instanceId,
        ':token': session.fencingToken,
        ':desired': session.desired,
        ':status': session.status,
        ...(partition !== undefined && { ':partition': partition, ':id': session.id }),
      },
    });
  };

  return {
    async assign(sessionId, instanceId, seenToken) {
      const before = await read(sessionId);
      if (!before) throw sessionNotFound(sessionId);
      if (before.fencingToken !== seenToken) return undefined;
      return assignSession(doc, tables, { before, instanceId, nowMs: clock.now() });
    },

    async release({ sessionId, instanceId, fencingToken }) {
      for (let attempt = 0; attempt < RELEASE_ATTEMPTS; attempt++) {
        const session = await read(sessionId);
        if (session?.fencingToken !== fencingToken || session.instanceId !== instanceId) return false;
        if (await releaseAsSeen(session)) return true;
      }
      throw new Error(`Session ${sessionId} changed at every attempt to release it`);
    },

    listOf: (instanceId) => listIn(sessionsOfInstance(instanceId)),
    listUnassigned: () => listIn(sessionsOfInstance(null)),
  };
}

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { dynamoAssignments } from '../../../shared/adapters/dynamodb/dynamo-assignments.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { sessionKey } from '../../../shared/adapters/dynamodb/keys.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { describeSessions } from '../../contract/sessions.contract.ts';
import { aSession } from '../../support/builders/session.ts';
import { startDynamo, type TestDynamo } from '../../support/dynamodb.ts';

let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());

const make = () => dynamoSessions(dynamo.doc, dynamo.tables.core);

/** As an assignment does it: instance, token and gsi2 in one write. */
async function assign(session: Session, instanceId: string): Promise<number> {
  const fencingToken = session.fencingToken + 1;
  await dynamo.doc.send(
    new UpdateCommand({
      TableName: dynamo.tables.core,
      Key: sessionKey(session.id),
      UpdateExpression: 'SET instanceId = :instance, fencingToken = :token, gsi2pk = :list, gsi2sk = :id',
      ExpressionAttributeValues: { ':instance': instanceId, ':token': fencingToken, ':list': `I#${instanceId}`, ':id': session.id },
    }),
  );
  return fencingToken;
}

describeSessions('dynamoSessions', async () => ({ sessions: make(), assign }));

describe('the list of sessions to look after', () => {
  const partitionOf = async (id: string) => (await dynamo.scan('core')).find((item) => item['id'] === id)?.['gsi2pk'];

  it('holds an unassigned session as long as it wants something', async () => {
    const sessions = make();
    const { id, workspaceId } = await sessions.insert(aSession());
    expect(await partitionOf(id)).toBe('I#UNASSIGNED');
    await sessions.intend(workspaceId, id, { desired: 'stopped' });
    expect(await partitionOf(id)).toBeUndefined();
    await sessions.intend(workspaceId, id, { desired: 'logged_out' });
    expect(await partitionOf(id)).toBe('I#UNASSIGNED');
  });

  it('leaves an assigned session with its instance until it is deleted', async () => {
    const sessions = make();
    const session = await sessions.insert(aSession());
    const token = await assign(session, 'ins_a');
    await sessions.intend(session.workspaceId, session.id, { desired: 'stopped' });
    expect(await partitionOf(session.id)).toBe('I#ins_a');
    await sessions.intend(session.workspaceId, session.id, { desired: 'deleted' });
    await sessions.report(session.id, token, { at: '2026-03-01T10:00:00Z', status: 'deleted' });
    expect(await partitionOf(session.id)).toBe('DELETED#SESSIONS');
    await dynamoAssignments(dynamo.doc, dynamo.tables).release({ sessionId: session.id, instanceId: 'ins_a', fencingToken: token });
    expect(await partitionOf(session.id)).toBe('DELETED#SESSIONS');
  });

  it('reads what was written before hibernation was known', async () => {
    const sessions = make();
    const { id, workspaceId } = await sessions.insert(aSession());
    const old = ['onDemand', 'desiredBecause', 'relinksDone', 'statusSince', 'deletedAt', 'purgeAfter'];
    await dynamo.doc.send(new UpdateCommand({ TableName: dynamo.tables.core, Key: sessionKey(id), UpdateExpression: `REMOVE ${old.join(', ')}` }));
    expect(await sessions.intend(workspaceId, id, { desired: 'stopped' })).toMatchObject({ onDemand: null, relinksDone: 0, desired: 'stopped' });
    expect(await sessions.find(id)).toMatchObject({ desiredBecause: null, statusSince: null });
  });
});

import { PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { systemClock, type Clock } from '../../domain/clock.ts';
import { DomainError, sessionNotFound } from '../../domain/errors.ts';
import type { Page, PageRequest } from '../../domain/page.ts';
import { applyIntent } from '../../domain/sessions/apply-intent.ts';
import { applyReport } from '../../domain/sessions/apply-report.ts';
import type { Session } from '../../domain/sessions/session.ts';
import { showWaiting } from '../../domain/sessions/show-waiting.ts';
import type { SessionFilter, SessionReport, Sessions } from '../../domain/sessions/sessions.ts';
import { isConditionFailure } from './conditions.ts';
import { decodeCursor, encodeCursor, listName } from './cursor.ts';
import { sessionKey, sessionsOfWorkspace } from './keys.ts';
import { ensurePrimary } from './primary-session.ts';
import { queryAll, queryPage } from './query-page.ts';
import { toSession, toSessionItem } from './session-item.ts';
import { sessionLinking } from './session-linking.ts';
import { changeSession, readSession } from './session-update.ts';
import { INDEX } from './table-names.ts';

export function dynamoSessions(doc: DynamoDBDocumentClient, tableName: string, clock: Clock = systemClock): Sessions {
  const intend: Sessions['intend'] = async (workspaceId, sessionId, intent) => {
    const change = (session: Session) => (session.workspaceId === workspaceId ? applyIntent(session, intent) : undefined);
    const changed = await changeSession(doc, tableName, sessionId, change);
    if (!changed) throw sessionNotFound(sessionId);
    if (intent.desired === 'deleted' && changed.before.isPrimary) await ensurePrimary(doc, tableName, workspaceId);
    return changed.after;
  };

  /** One number has at most one live session in a workspace: linking it again retires the older ones. */
  const retireOthers = async ({ workspaceId, id }: Session, phoneNumber: string): Promise<void> => {
    const same = await queryAll(doc, { ...inWorkspace(tableName, workspaceId), ...withNumber(workspaceId, phoneNumber) });
    const older = same.map(toSession).filter((other) => other.id !== id && other.desired !== 'deleted');
    for (const other of older) await intend(workspaceId, other.id, { desired: 'deleted' });
  };

  const afterReport = async (session: Session, token: number, report: SessionReport): Promise<Session | undefined> => {
    if (session.fencingToken !== token) return undefined;
    const after = applyReport(session, report);
    const isNewlyLinked = after.phoneNumber !== null && after.phoneNumber !== session.phoneNumber;
    if (isNewlyLinked) await retireOthers(session, after.phoneNumber); // first: a crash repeats the report
    return after;
  };

  return {
    async insert(session) {
      const put = new PutCommand({
        TableName: tableName,
        Item: toSessionItem({ ...session, isPrimary: false }),
        ConditionExpression: 'attribute_not_exists(pk)',
      });
      await doc.send(put).catch((error: unknown) => {
        throw isConditionFailure(error) ? sessionExists(session.id) : error;
      });
      const primary = await ensurePrimary(doc, tableName, session.workspaceId, session);
      return { ...session, isPrimary: primary?.id === session.id };
    },

    async get(workspaceId, sessionId) {
      const session = await readSession(doc, tableName, sessionId);
      if (session?.workspaceId !== workspaceId) throw sessionNotFound(sessionId);
      return session;
    },

    find: (sessionId) => readSession(doc, tableName, sessionId),
    list: (workspaceId, page, filter = {}) => listSessions(doc, tableName, workspaceId, page, filter),
    findPrimary: (workspaceId) => ensurePrimary(doc, tableName, workspaceId),
    intend,

    async report(sessionId, fencingToken, report) {
      const changed = await changeSession(doc, tableName, sessionId, (session) => afterReport(session, fencingToken, report));
      if (changed?.before.isPrimary && changed.after.status === 'deleted') {
        await ensurePrimary(doc, tableName, changed.before.workspaceId);
      }
      return changed?.before;
    },

    async noteWaiting(sessionId, why) {
      const changed = await changeSession(doc, tableName, sessionId, (session) => showWaiting(session, why, new Date(clock.now()).toISOString()));
      return changed?.after;
    },

    ...sessionLinking(doc, tableName, clock),
  };
}

const inWorkspace = (tableName: string, workspaceId: string) => ({
  TableName: tableName,
  IndexName: INDEX.gsi1,
  KeyConditionExpression: 'gsi1pk = :workspace',
  ExpressionAttributeValues: { ':workspace': sessionsOfWorkspace(workspaceId) },
});

const withNumber = (workspaceId: string, phoneNumber: string) => ({
  FilterExpression: 'phoneNumber = :phoneNumber',
  ExpressionAttributeValues: { ':workspace': sessionsOfWorkspace(workspaceId), ':phoneNumber': phoneNumber },
});

async function listSessions(
  doc: DynamoDBDocumentClient,
  tableName: string,
  workspaceId: string,
  page: PageRequest,
  filter: SessionFilter,
): Promise<Page<Session>> {
  const list = listName(workspaceId, 'sessions', filter.status, filter.instanceId, filter.disconnectedSince);
  const after = decodeCursor(list, page.cursor);
  const base = inWorkspace(tableName, workspaceId);
  const { names, values, conditions } = filterExpression(filter);
  const query = {
    ...base,
    ExpressionAttributeValues: { ...base.ExpressionAttributeValues, ...values },
    ...(conditions.length > 0 && { FilterExpression: conditions.join(' AND '), ExpressionAttributeNames: names }),
    ...(after !== undefined && {
      ExclusiveStartKey: { gsi1pk: sessionsOfWorkspace(workspaceId), gsi1sk: after, ...sessionKey(after) },
    }),
  };
  return queryPage(doc, query, page.limit, toSession, (last) => encodeCursor(list, last['id'] as string));
}

function filterExpression({ status, instanceId, disconnectedSince }: SessionFilter) {
  const since = disconnectedSince === undefined ? undefined : new Date(disconnectedSince).toISOString();
  const terms = [
    { name: 'status', operator: '=', value: status },
    { name: 'instanceId', operator: '=', value: instanceId },
    { name: 'disconnectedAt', operator: '>=', value: since },
  ].filter(({ value }) => value !== undefined);
  return {
    conditions: terms.map(({ name, operator }) => `#${name} ${operator} :${name}`),
    names: Object.fromEntries(terms.map(({ name }) => [`#${name}`, name])),
    values: Object.fromEntries(terms.map(({ name, value }) => [`:${name}`, value])),
  };
}

const sessionExists = (id: string): DomainError =>
  new DomainError('conflict', 'session_exists', `Session ${id} exists already.`);

import { PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { systemClock, type Clock } from '../../domain/clock.ts';
import { DomainError, sessionNotFound } from '../../domain/errors.ts';
import type { Page, PageRequest } from '../../domain/page.ts';
import { applyIntent } from '../../domain/sessions/apply-intent.ts';
import { applyReport } from '../../domain/sessions/apply-report.ts';
import { replacedBy } from '../../domain/sessions/replaced.ts';
import type { Session } from '../../domain/sessions/session.ts';
import { showWaiting } from '../../domain/sessions/show-waiting.ts';
import type { SessionFilter, SessionReport, Sessions } from '../../domain/sessions/sessions.ts';
import { isConditionFailure } from './conditions.ts';
import { decodeCursor, encodeCursor, listName } from './cursor.ts';
import { sessionKey, sessionsOfWorkspace } from './keys.ts';
import { ensurePrimary } from './primary-session.ts';
import { queryPage } from './query-page.ts';
import { toSession, toSessionItem } from './session-item.ts';
import { sessionLinking } from './session-linking.ts';
import { claimNumber, forgetNumber } from './session-numbers.ts';
import { changeSession, readSession } from './session-update.ts';
import { INDEX } from './table-names.ts';

export function dynamoSessions(doc: DynamoDBDocumentClient, tableName: string, clock: Clock = systemClock): Sessions {
  const changeOwn = async (workspaceId: string, sessionId: string, change: (session: Session) => Session) => {
    const changed = await changeSession(doc, tableName, sessionId, (session) => (session.workspaceId === workspaceId ? change(session) : undefined));
    if (!changed) throw sessionNotFound(sessionId);
    return changed;
  };

  const intend: Sessions['intend'] = async (workspaceId, sessionId, intent) => {
    const changed = await changeOwn(workspaceId, sessionId, (session) => applyIntent(session, intent, clock.now()));
    if (intent.desired === 'deleted' && changed.before.isPrimary) await ensurePrimary(doc, tableName, workspaceId);
    return changed.after;
  };

  /** One number has at most one live session in a workspace: that of the newest link. A crash in here repeats the report. */
  const settleNumber = async (linked: Session, phoneNumber: string, { at }: SessionReport): Promise<Session> => {
    const claim = await claimNumber(doc, tableName, linked, phoneNumber, new Date(at).toISOString());
    if (claim.outcome === 'lost') return applyIntent(linked, { desired: 'deleted', because: replacedBy(claim.to) }, clock.now());
    for (const older of claim.before) await retire(older, phoneNumber, linked);
    return linked;
  };

  /** One that has another number now stays. */
  const retire = async (sessionId: string, phoneNumber: string, { id, workspaceId }: Session): Promise<void> => {
    const older = await readSession(doc, tableName, sessionId);
    if (!older || older.desired === 'deleted' || (older.phoneNumber ?? phoneNumber) !== phoneNumber) return;
    await intend(workspaceId, sessionId, { desired: 'deleted', because: replacedBy(id) });
  };

  const afterReport = async (session: Session, token: number, report: SessionReport): Promise<Session | undefined> => {
    if (session.fencingToken !== token) return undefined;
    const after = applyReport(session, report);
    const isNewlyLinked = after.phoneNumber !== null && after.phoneNumber !== session.phoneNumber;
    return isNewlyLinked && after.desired !== 'deleted' ? settleNumber(after, after.phoneNumber, report) : after;
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
    configure: async (workspaceId, sessionId, settings) =>
      (await changeOwn(workspaceId, sessionId, (session) => ({ ...session, ...settings }))).after,

    async report(sessionId, fencingToken, report) {
      const changed = await changeSession(doc, tableName, sessionId, (session) => afterReport(session, fencingToken, report));
      if (changed?.after.desired === 'deleted' && changed.before.isPrimary) await ensurePrimary(doc, tableName, changed.before.workspaceId);
      if (changed?.after.status === 'deleted') await forgetNumber(doc, tableName, changed.after);
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

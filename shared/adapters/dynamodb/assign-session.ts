import { TransactWriteCommand, type DynamoDBDocumentClient, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { DomainError } from '../../domain/errors.ts';
import type { Assignment } from '../../domain/sessions/assignments.ts';
import type { Session } from '../../domain/sessions/session.ts';
import { isTransactionCancelled } from './conditions.ts';
import { instanceKey, sessionKey, sessionsOfInstance } from './keys.ts';
import type { TableNames } from './table-names.ts';

export type AssignmentTables = Pick<TableNames, 'core' | 'registry'>;
type Action = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

const REFUSED = 'ConditionalCheckFailed';
const BUSY_ATTEMPTS = 8; // heartbeats of the instance and other assignments to it meet ours on its record
const FIRST_PAUSE_MS = 15;

export interface AssignRequest {
  readonly before: Session;
  readonly instanceId: string;
  readonly nowMs: number;
}

/**
 * Both conditions in one transaction: whoever reads its list of sessions after it said that it drains, or was declared
 * lost, has them all. `undefined`: one of the two did not hold. Throws `database_busy` if the records stay busy.
 */
export async function assignSession(doc: DynamoDBDocumentClient, tables: AssignmentTables, request: AssignRequest): Promise<Assignment | undefined> {
  const { before, instanceId } = request;
  const command = new TransactWriteCommand({ TransactItems: [takesSessions(tables, instanceId), move(tables, request)] });
  for (let attempt = 1; attempt <= BUSY_ATTEMPTS; attempt++) {
    const outcome = await attemptOnce(doc, command);
    if (outcome === 'assigned') return { sessionId: before.id, instanceId, fencingToken: before.fencingToken + 1 };
    if (outcome === 'refused') return undefined;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * FIRST_PAUSE_MS * 2 ** attempt));
  }
  throw new DomainError('unavailable', 'database_busy', 'The database is busy. Try again shortly.', { retryAfterSeconds: 2 });
}

async function attemptOnce(doc: DynamoDBDocumentClient, command: TransactWriteCommand): Promise<'assigned' | 'refused' | 'busy'> {
  try {
    await doc.send(command);
    return 'assigned';
  } catch (error) {
    if (!isTransactionCancelled(error) || !error.CancellationReasons) throw error;
    return error.CancellationReasons.some(({ Code }) => Code === REFUSED) ? 'refused' : 'busy';
  }
}

const takesSessions = ({ registry }: AssignmentTables, instanceId: string): Action => ({
  ConditionCheck: {
    TableName: registry,
    Key: instanceKey(instanceId),
    ConditionExpression: '#state = :ready AND attribute_not_exists(drainRequested)',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ':ready': 'ready' },
  },
});

function move({ core }: AssignmentTables, { before, instanceId, nowMs }: AssignRequest): Action {
  const isMigration = before.instanceId !== null && before.instanceId !== instanceId;
  return {
    Update: {
      TableName: core,
      Key: sessionKey(before.id),
      UpdateExpression: `SET instanceId = :instance, fencingToken = :token, gsi2pk = :partition, gsi2sk = :id ${
        isMigration ? ', previousInstanceId = :before, lastMigrationAt = :now ADD migrationCount :one' : ''
      }`,
      ConditionExpression: 'fencingToken = :seen AND instanceId = :before',
      ExpressionAttributeValues: {
        ':instance': instanceId,
        ':token': before.fencingToken + 1,
        ':partition': sessionsOfInstance(instanceId),
        ':id': before.id,
        ':seen': before.fencingToken,
        ':before': before.instanceId,
        ...(isMigration && { ':now': new Date(nowMs).toISOString(), ':one': 1 }),
      },
    },
  };
}

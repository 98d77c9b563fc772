import { UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { CHECK_GOOD_FOR_MS, type CheckedNumber, type NumberChecks } from '../../domain/contacts/number-checks.ts';
import { batchGet } from './batch.ts';
import { isConditionFailure, type Item } from './conditions.ts';
import { checkBudgetKey, numberCheckKey } from './keys.ts';

const BUDGET_KEPT_SECONDS = 2 * 86_400;

export const dynamoNumberChecks = (doc: DynamoDBDocumentClient, tableName: string): NumberChecks => ({
  async known(workspaceId, numbers, sinceMs) {
    const items = await batchGet(doc, tableName, numbers.map((number) => numberCheckKey(workspaceId, number)));
    const found = items.flatMap((item) => (item === undefined ? [] : [checkedOf(item)]));
    return new Map(found.filter(({ checkedAt }) => checkedAt >= sinceMs).map((checked) => [checked.number, checked]));
  },

  async remember(workspaceId, checked) {
    const puts = checked.map((one) => {
      const expiresAtSeconds = Math.ceil((one.checkedAt + CHECK_GOOD_FOR_MS) / 1_000);
      return doc.send(new UpdateCommand({
        TableName: tableName,
        Key: numberCheckKey(workspaceId, one.number),
        UpdateExpression: 'SET #number = :number, isOnWhatsApp = :is, checkedAt = :at, expiresAtSeconds = :end',
        ExpressionAttributeNames: { '#number': 'number' },
        ExpressionAttributeValues: { ':number': one.number, ':is': one.isOnWhatsApp, ':at': one.checkedAt, ':end': expiresAtSeconds },
      }));
    });
    await Promise.all(puts);
  },

  async spend(sessionId, day, count, budget) {
    const spend = new UpdateCommand({
      TableName: tableName,
      Key: checkBudgetKey(sessionId, day),
      UpdateExpression: 'SET expiresAtSeconds = :end ADD spent :count',
      ConditionExpression: 'attribute_not_exists(spent) OR spent <= :most',
      ExpressionAttributeValues: { ':count': count, ':most': budget - count, ':end': Math.floor(Date.parse(day) / 1_000) + BUDGET_KEPT_SECONDS },
    });
    if (count > budget) return false;
    return doc.send(spend).then(() => true, (error: unknown) => {
      if (isConditionFailure(error)) return false;
      throw error;
    });
  },

  async refund(sessionId, day, count) {
    await doc.send(new UpdateCommand({
      TableName: tableName,
      Key: checkBudgetKey(sessionId, day),
      UpdateExpression: 'ADD spent :count',
      ExpressionAttributeValues: { ':count': -count },
    }));
  },
});

const checkedOf = ({ number, isOnWhatsApp, checkedAt }: Item): CheckedNumber => ({ number: String(number), isOnWhatsApp: isOnWhatsApp === true, checkedAt: Number(checkedAt) });

import { dynamoNumberChecks } from '../../../shared/adapters/dynamodb/dynamo-number-checks.ts';
import { describeNumberChecks } from '../../contract/number-checks.contract.ts';
import { startDynamo } from '../../support/dynamodb.ts';

describeNumberChecks('dynamoNumberChecks', async () => {
  const { doc, tables, stop } = await startDynamo();
  return { checks: dynamoNumberChecks(doc, tables.core), stop };
});

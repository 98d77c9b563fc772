import { dynamoContactImports } from '../../../shared/adapters/dynamodb/dynamo-contact-imports.ts';
import { describeContactImports } from '../../contract/contact-imports.contract.ts';
import { startDynamo } from '../../support/dynamodb.ts';

describeContactImports('dynamoContactImports', async () => {
  const { doc, tables, stop } = await startDynamo();
  return { imports: dynamoContactImports(doc, tables.core), stop };
});

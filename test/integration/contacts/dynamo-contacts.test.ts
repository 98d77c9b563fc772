import { dynamoContacts } from '../../../shared/adapters/dynamodb/dynamo-contacts.ts';
import { describeContacts } from '../../contract/contacts.contract.ts';
import { startDynamo } from '../../support/dynamodb.ts';

describeContacts('dynamoContacts', async () => {
  const dynamo = await startDynamo();
  return { contacts: dynamoContacts(dynamo.doc, dynamo.tables.core), stop: () => dynamo.stop() };
});

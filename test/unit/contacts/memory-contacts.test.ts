import { describeContacts } from '../../contract/contacts.contract.ts';
import { memoryContacts } from '../../support/fakes/memory-contacts.ts';

describeContacts('memoryContacts', async () => ({ contacts: memoryContacts(), stop: async () => {} }));

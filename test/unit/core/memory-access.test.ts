import { describeApiKeys } from '../../contract/api-keys.contract.ts';
import { describeIdempotencyRecords } from '../../contract/idempotency-records.contract.ts';
import { memoryApiKeys } from '../../support/fakes/memory-api-keys.ts';
import { memoryIdempotency } from '../../support/fakes/memory-idempotency.ts';

describeApiKeys('memoryApiKeys', memoryApiKeys);
describeIdempotencyRecords('memoryIdempotency', memoryIdempotency);

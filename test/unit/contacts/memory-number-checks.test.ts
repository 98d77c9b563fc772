import { describeNumberChecks } from '../../contract/number-checks.contract.ts';
import { memoryNumberChecks } from '../../support/fakes/memory-number-checks.ts';

describeNumberChecks('memoryNumberChecks', async () => ({ checks: memoryNumberChecks(), stop: async () => {} }));

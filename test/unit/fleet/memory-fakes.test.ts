import { describeAssignments } from '../../contract/assignments.contract.ts';
import { describeInstanceRegistry } from '../../contract/instance-registry.contract.ts';
import { describePacingStore } from '../../contract/pacing-store.contract.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';
import { memoryAssignments } from '../../support/fakes/memory-assignments.ts';
import { memoryInstanceRegistry } from '../../support/fakes/memory-instance-registry.ts';
import { memoryPacingStore } from '../../support/fakes/memory-pacing-store.ts';
import { memorySessions } from '../../support/fakes/memory-sessions.ts';

describeInstanceRegistry('memoryInstanceRegistry', async (clock) => memoryInstanceRegistry(clock));
describePacingStore('memoryPacingStore', async () => memoryPacingStore());
describeAssignments('memoryAssignments', async () => {
  const sessions = memorySessions();
  const registry = memoryInstanceRegistry(new FakeClock());
  return { sessions, registry, assignments: memoryAssignments(sessions.records, registry) };
});

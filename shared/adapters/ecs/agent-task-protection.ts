import * as z from 'zod';
import type { TaskProtection } from '../../domain/instances/task-protection.ts';

const TIMEOUT_MS = 3_000;

/** Of ECS: it answers 200 to what it did, and says in the body when it did not. */
const Answer = z.object({
  protection: z.object({ ProtectionEnabled: z.boolean() }).optional(),
  failure: z.object({ Reason: z.string().optional(), Detail: z.string().optional() }).optional(),
  error: z.object({ Code: z.string().optional(), Message: z.string().optional() }).optional(),
});

/** Through the agent that ECS puts beside each task, at `$ECS_AGENT_URI`: it knows which task asks. */
export function agentTaskProtection(agentUri: string): TaskProtection {
  const put = async (body: object): Promise<void> => {
    const response = await fetch(`${agentUri}/task-protection/v1/state`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { protection, failure, error } = Answer.parse(await response.json());
    if (protection) return;
    throw new Error(`ECS did not change the task's protection: ${failure?.Reason ?? error?.Code ?? response.status} ${failure?.Detail ?? error?.Message ?? ''}`);
  };

  return {
    protect: (minutes) => put({ ProtectionEnabled: true, ExpiresInMinutes: minutes }),
    release: () => put({ ProtectionEnabled: false }),
  };
}

import { expect, it } from '@jest/globals';
import { requeueImports } from '../../../lambdas/schedules/requeue-work/requeue-imports.ts';
import { dynamoContactImports } from '../../../shared/adapters/dynamodb/dynamo-contact-imports.ts';
import type { ContactImportJob } from '../../../shared/contracts/jobs.ts';
import { anId } from '../../support/builders/session.ts';
import { startDynamo } from '../../support/dynamodb.ts';

const NOW = Date.now();
const LONG_AGO = NOW - 10 * 60_000;

it('requeue-work brings back the slices of an import whose queue was lost, and completes one whose last job died', async () => {
  const { doc, tables, stop } = await startDynamo();
  const imports = dynamoContactImports(doc, tables.core);
  const counts = { processed: 1, created: 1, updated: 0, duplicates: 0, failed: 0 };
  const start = async (createdAt: number) => {
    const one = { id: anId('imp'), workspaceId: anId('wsp'), status: 'running' as const, total: 3, slices: 3, slicesDone: 0, createdAt, completedAt: null, ...counts, processed: 0, created: 0 };
    await imports.insert(one, [1, 2, 3].map((i) => [{ phoneNumber: `+4915100000${i}`, attributes: {}, rows: 1 }]), []);
    return one;
  };
  const [lost, finished] = [await start(LONG_AGO), await start(LONG_AGO)];
  await start(NOW);
  await imports.finishSlice(lost.workspaceId, lost.id, 1, counts);
  for (const slice of [0, 1, 2]) await imports.finishSlice(finished.workspaceId, finished.id, slice, counts);
  const queued: string[] = [];
  await requeueImports({
    imports,
    enqueueImports: async (jobs: readonly ContactImportJob[]) => void queued.push(...jobs.map(({ importId, slice }) => `${importId} ${slice}`)),
    clock: { now: () => NOW },
  });
  expect(new Set(queued)).toEqual(new Set([`${lost.id} 0`, `${lost.id} 2`, `${finished.id} 0`]));
  await stop();
});

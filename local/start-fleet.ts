import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deployed } from './deploy.ts';
import { ecsActions } from './fleet/ecs-actions.ts';
import { taskArnOf } from './fleet/ecs-views.ts';
import { FleetService } from './fleet/fleet-service.ts';
import type { FleetTask, ReadyInstance } from './fleet/fleet-task.ts';
import { TaskEndpoints } from './fleet/task-endpoints.ts';
import { taskEnvironment, type TaskPlace } from './fleet/task-environment.ts';
import type { HostContext } from './host-context.ts';
import { LogFile } from './log-file.ts';
import type { Options } from './options.ts';
import { REPOSITORY } from './repository.ts';
import type { Emulators } from './start-emulators.ts';

const STOP_MARGIN_MS = 5_000; // beyond what the task gives itself
const ZONES = ['a', 'b'];

function whatsappOf({ whatsapp }: Options, service: Emulators['whatsapp']): TaskPlace['whatsapp'] {
  if (whatsapp.kind === 'live') return undefined;
  return whatsapp.kind === 'other' ? whatsapp : service;
}

const stopLimitMs = (environment: Readonly<Record<string, string>>): number =>
  Number(environment['STOP_TIMEOUT_SECONDS'] ?? 110) * 1000 + STOP_MARGIN_MS;

/** Starts the ECS service of the template with the number of instances the command line asks for. */
export async function startFleet(
  { options, dir, closing }: HostContext,
  { aws, whatsapp, addActions, assembly }: Emulators,
  { service: spec, ingestSecretArn }: Deployed,
  api: string,
  onChange: (instances: readonly ReadyInstance[]) => void,
): Promise<FleetService> {
  await rm(dir.profiles, { recursive: true, force: true });
  const endpoints = await TaskEndpoints.start();
  closing.defer(() => endpoints.stop());
  const ingest = options.eventsVia === 'ingest' ? { url: api, secretArn: ingestSecretArn, spool: dir.spool } : undefined;
  const place = { aws, dataDir: dir.root, snapshots: dir.snapshots, whatsapp: whatsappOf(options, whatsapp), ingest };
  const limitMs = stopLimitMs(taskEnvironment({ ...place, declared: spec.revision.declared }));
  const fleet = new FleetService({
    ...spec,
    entry: join(REPOSITORY, 'fleet/main.ts'),
    environmentOf: (task) => ({ ...taskEnvironment({ ...place, declared: task.deployment.revision.declared }), ...endpoints.variablesOf(task) }),
    profiles: dir.profiles,
    stopLimitMs: limitMs,
    openLog: (slot) => new LogFile(join(dir.logs, `instance-${slot}.log`)),
    onChange,
  });
  closing.defer(() => fleet.stop());
  endpoints.serve({
    get tasks() {
      return fleet.tasks;
    },
    arnOf: (task) => taskArnOf(spec, task),
    zoneOf: ({ slot }: FleetTask) => `${assembly.region}${ZONES[slot.number % ZONES.length]}`,
    look: () => fleet.look(),
  });
  addActions(ecsActions(spec, fleet, limitMs));
  await fleet.start(options.instances);
  return fleet;
}

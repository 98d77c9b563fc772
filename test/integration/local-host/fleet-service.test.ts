import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeServicesCommand, DescribeTasksCommand, ECSClient, ListTasksCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AwsJsonServer } from '../../../local/aws-json/aws-json-server.ts';
import { until } from '../../../local/client/until.ts';
import { ecsActions } from '../../../local/fleet/ecs-actions.ts';
import { FleetService } from '../../../local/fleet/fleet-service.ts';
import type { ReadyInstance } from '../../../local/fleet/fleet-task.ts';
import { readService } from '../../../local/fleet/task-definition.ts';
import { LogFile } from '../../../local/log-file.ts';
import { readFixture } from './fixtures/deployed-fixture.ts';
import { isRunning } from './fixtures/is-running.ts';

const browserOf = ({ url }: ReadyInstance): number => Number(new URL(url).port);

describe('the ECS service of the local host', () => {
  let folder: string;
  let fleet: FleetService;
  let reported: readonly ReadyInstance[];

  function makeFleet(environment: Record<string, string> = {}): FleetService {
    return new FleetService({
      entry: join(import.meta.dirname, 'fixtures/fleet-process.mjs'),
      environment: { PATH: process.env['PATH'] ?? '', ...environment },
      profiles: join(folder, 'profiles'),
      stopLimitMs: 5_000,
      openLog: (slot) => new LogFile(join(folder, `instance-${slot}.log`)),
      onChange: (instances) => {
        reported = instances;
      },
    });
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'blazz-fleet-'));
    fleet = makeFleet();
  });
  afterEach(async () => {
    await fleet.stop();
    await rm(folder, { recursive: true });
  });

  it('starts the tasks asked for, each with a disk of its own', async () => {
    await fleet.start(2);
    expect(reported).toHaveLength(2);
    expect(new Set(reported.map(({ id }) => id)).size).toBe(2);
    expect(await readdir(join(folder, 'profiles'))).toHaveLength(2);
  });

  it('replaces a killed task under a new id, and ends the browsers it left', async () => {
    await fleet.start(2);
    const [victim, survivor] = reported;
    if (!victim || !survivor) throw new Error('not started');
    process.kill(victim.pid, 'SIGKILL');
    await until(async () => reported.length === 2 && reported.every(({ id }) => id !== victim.id), { what: 'a successor' });
    expect(reported).toContainEqual(survivor);
    expect(isRunning(browserOf(victim))).toBe(false);
    expect(isRunning(browserOf(survivor))).toBe(true);
    expect(await readdir(join(folder, 'profiles'))).toHaveLength(2);
  });

  it('leaves no process and no profile behind when it stops', async () => {
    await fleet.start(2);
    const pids = reported.flatMap((instance) => [instance.pid, browserOf(instance)]);
    await fleet.stop();
    expect(pids.filter(isRunning)).toEqual([]);
    expect(await readdir(join(folder, 'profiles'))).toEqual([]);
  });

  it('says why an instance does not start', async () => {
    fleet = makeFleet({ FAILS: 'yes' });
    await expect(fleet.start(2)).rejects.toThrow('A fleet instance does not start: Chromium is missing');
  });

  it('is seen and scaled by the ECS API', async () => {
    const spec = readService(await readFixture('http://127.0.0.1:1'), new Map());
    expect(spec.environment).toEqual({ CAPACITY: '3' });
    await fleet.start(1);
    const server = await AwsJsonServer.start(() => ecsActions(spec, fleet, 5_000));
    const ecs = new ECSClient({ endpoint: server.endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
    const { service: name, cluster } = { service: spec.service.name, cluster: spec.clusterArn };
    const describe = async () => (await ecs.send(new DescribeServicesCommand({ cluster, services: [name] }))).services?.[0];

    await ecs.send(new UpdateServiceCommand({ cluster, service: name, desiredCount: 3 }));
    await until(async () => (await describe())?.runningCount === 3, { what: 'three tasks' });
    const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster, serviceName: name }));
    const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
    expect(tasks.map(({ lastStatus }) => lastStatus)).toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
    expect(tasks[0]?.startedAt).toBeInstanceOf(Date);

    await ecs.send(new UpdateServiceCommand({ cluster, service: name, desiredCount: 1 }));
    await until(async () => (await readdir(join(folder, 'profiles'))).length === 1, { what: 'two tasks to end' });
    expect(await describe()).toMatchObject({ desiredCount: 1, runningCount: 1, pendingCount: 0 });
    ecs.destroy();
    await server.stop();
  });
});

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeServicesCommand, DescribeTasksCommand, ECSClient, ListTasksCommand, RegisterTaskDefinitionCommand, type Service, type Task,
  UpdateServiceCommand, type UpdateServiceCommandInput,
} from '@aws-sdk/client-ecs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { agentTaskProtection } from '../../../shared/adapters/ecs/agent-task-protection.ts';
import { ecsTaskService } from '../../../shared/adapters/ecs/ecs-task-service.ts';
import { instanceAddress } from '../../../fleet/lifecycle/instance-identity.ts';
import { AwsJsonServer, type Actions } from '../../../local/aws-json/aws-json-server.ts';
import { until } from '../../../local/client/until.ts';
import { ecsActions } from '../../../local/fleet/ecs-actions.ts';
import { taskArnOf } from '../../../local/fleet/ecs-views.ts';
import { FleetService } from '../../../local/fleet/fleet-service.ts';
import type { ReadyInstance } from '../../../local/fleet/fleet-task.ts';
import { TaskEndpoints } from '../../../local/fleet/task-endpoints.ts';
import { readService, type ServiceSpec } from '../../../local/fleet/task-definition.ts';
import { LogFile } from '../../../local/log-file.ts';
import { readFixture } from './fixtures/deployed-fixture.ts';
import { isRunning } from './fixtures/is-running.ts';

const browserOf = ({ url }: ReadyInstance): number => Number(new URL(url).port);

describe('the ECS service of the local host', () => {
  let folder: string;
  let spec: ServiceSpec;
  let endpoints: TaskEndpoints;
  let fleet: FleetService;
  let reported: readonly ReadyInstance[];

  function makeFleet(declared: Record<string, string> = {}): FleetService {
    const made = new FleetService({
      ...spec,
      revision: { ...spec.revision, declared },
      entry: join(import.meta.dirname, 'fixtures/fleet-process.mjs'),
      environmentOf: (task) => ({ PATH: process.env['PATH'] ?? '', ...task.deployment.revision.declared, ...endpoints.variablesOf(task) }),
      profiles: join(folder, 'profiles'),
      stopLimitMs: 5_000,
      openLog: (slot) => new LogFile(join(folder, `instance-${slot}.log`)),
      onChange: (instances) => {
        reported = instances;
      },
    });
    endpoints.serve({
      get tasks() {
        return made.tasks;
      },
      arnOf: (task) => taskArnOf(spec, task),
      zoneOf: () => 'eu-west-1a',
      look: () => made.look(),
    });
    return made;
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'blazz-fleet-'));
    spec = readService(await readFixture('http://127.0.0.1:1'), new Map());
    endpoints = await TaskEndpoints.start();
    fleet = makeFleet();
  });
  afterEach(async () => {
    await fleet.stop();
    await endpoints.stop();
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

  it('tells a task who it is and where it runs', async () => {
    await fleet.start(1);
    const [task] = fleet.tasks;
    if (!task) throw new Error('not started');
    const { ECS_CONTAINER_METADATA_URI_V4: metadataUri } = endpoints.variablesOf(task);
    expect(await instanceAddress({ metadataUri, configuredUrl: undefined, bindHost: '0.0.0.0', port: 3001 })).toEqual({
      url: 'http://127.0.0.1:3001', zone: 'eu-west-1a', taskArn: taskArnOf(spec, task),
    });
  });

  describe('through the ECS API', () => {
    let ecs: ECSClient;
    let server: AwsJsonServer;

    beforeEach(async () => {
      let actions: Actions | undefined;
      server = await AwsJsonServer.start(() => (actions ??= ecsActions(spec, fleet, 5_000)));
      ecs = new ECSClient({ endpoint: server.endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
    });
    afterEach(async () => {
      ecs.destroy();
      await server.stop();
    });

    const update = (change: Omit<UpdateServiceCommandInput, 'service'>) =>
      ecs.send(new UpdateServiceCommand({ cluster: spec.clusterArn, service: spec.service.name, ...change }));
    const service = async (): Promise<Service> => {
      const { services } = await ecs.send(new DescribeServicesCommand({ cluster: spec.clusterArn, services: [spec.service.name] }));
      return services?.[0] ?? {};
    };
    const tasks = async (): Promise<Task[]> => {
      const { taskArns } = await ecs.send(new ListTasksCommand({ cluster: spec.clusterArn, serviceName: spec.service.name }));
      return (await ecs.send(new DescribeTasksCommand({ cluster: spec.clusterArn, tasks: taskArns }))).tasks ?? [];
    };
    const protectionOf = (n: number) => {
      const task = fleet.tasks[n];
      if (!task) throw new Error(`There is no task ${n}`);
      return { task, protection: agentTaskProtection(endpoints.variablesOf(task)['ECS_AGENT_URI'] ?? '') };
    };
    const rolloutIs = (state: string) =>
      until(async () => {
        const { deployments } = await service();
        return deployments?.[0]?.rolloutState === state && deployments;
      }, { what: `the rollout to be ${state}` });

    it('is seen and scaled', async () => {
      expect(spec.revision.declared).toEqual({ CAPACITY: '3' });
      await fleet.start(1);
      await update({ desiredCount: 3 });
      await until(async () => (await service()).runningCount === 3, { what: 'three tasks' });
      const all = await tasks();
      expect(all.map(({ lastStatus }) => lastStatus)).toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
      expect(all[0]?.startedAt).toBeInstanceOf(Date);

      await update({ desiredCount: 1 });
      await until(async () => (await readdir(join(folder, 'profiles'))).length === 1, { what: 'two tasks to end' });
      expect(await service()).toMatchObject({ desiredCount: 1, runningCount: 1, pendingCount: 0 });
    });

    it('spares protected tasks when fewer are wanted, until they are released', async () => {
      await fleet.start(3);
      const { task: spared, protection } = protectionOf(2);
      const other = protectionOf(1);
      await protection.protect(60);
      await other.protection.protect(60);
      await update({ desiredCount: 1 });
      await until(async () => fleet.tasks.length === 2, { what: 'the one unprotected task to end' });
      expect(fleet.tasks).toContain(spared);
      await other.protection.release();
      await until(async () => fleet.tasks.length === 1, { what: 'the released one to end' });
      expect(fleet.tasks).toEqual([spared]);
    });

    it('says so when ECS refuses to protect', async () => {
      await fleet.start(1);
      await expect(protectionOf(0).protection.protect(0)).rejects.toThrow('ECS did not change');
    });

    it('replaces every task at a deployment, the new ones first', async () => {
      await fleet.start(2);
      const before = reported;
      const counts: number[] = [];
      await update({ forceNewDeployment: true });
      expect((await service()).deployments).toMatchObject([
        { status: 'PRIMARY', rolloutState: 'IN_PROGRESS', desiredCount: 2 },
        { status: 'ACTIVE', rolloutState: 'COMPLETED', desiredCount: 0 },
      ]);
      await until(async () => {
        counts.push(reported.length);
        return (await service()).deployments?.[0]?.rolloutState === 'COMPLETED';
      }, { what: 'the rollout', everyMs: 5 });
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(2);
      expect(reported).toHaveLength(2);
      expect(reported.filter(({ id }) => before.some((old) => old.id === id))).toEqual([]);
      const [primary, ...others] = (await service()).deployments ?? [];
      expect(others).toEqual([]);
      expect((await tasks()).map(({ startedBy }) => startedBy)).toEqual([primary?.id, primary?.id]);
    });

    it('waits at a deployment for protected tasks to be released', async () => {
      fleet = makeFleet({ PROTECTED: 'yes' });
      await fleet.start(1);
      const [old] = reported;
      const taskService = ecsTaskService(ecs, { cluster: spec.clusterArn, service: spec.service.name });
      const oldArns = fleet.tasks.map((task) => taskArnOf(spec, task));
      expect(await taskService.describe(oldArns)).toEqual({ desiredCount: 1, isDeploying: false, outdatedTasks: [] });
      await update({ forceNewDeployment: true });
      await until(async () => reported.length === 2, { what: 'the new task' });
      expect(isRunning(old?.pid ?? 0)).toBe(true);
      const all = fleet.tasks.map((task) => taskArnOf(spec, task));
      expect(await taskService.describe(all)).toEqual({ desiredCount: 1, isDeploying: true, outdatedTasks: oldArns });
      expect((await service()).deployments?.[0]?.rolloutState).toBe('IN_PROGRESS');
      process.kill(old?.pid ?? 0, 'SIGUSR2');
      await rolloutIs('COMPLETED');
      expect(isRunning(old?.pid ?? 0)).toBe(false);
    });

    it('goes back to the revision that worked when new tasks do not start', async () => {
      await fleet.start(2);
      const before = reported;
      const { taskDefinition } = await ecs.send(new RegisterTaskDefinitionCommand({
        family: 'fleet', containerDefinitions: [{ name: 'instance', environment: [{ name: 'FAILS', value: 'yes' }] }],
      }));
      await update({ taskDefinition: taskDefinition?.taskDefinitionArn });
      const failed = await until(async () => (await service()).deployments?.find(({ rolloutState }) => rolloutState === 'FAILED'), { what: 'the breaker' });
      expect(failed).toMatchObject({ status: 'ACTIVE', failedTasks: 3, taskDefinition: taskDefinition?.taskDefinitionArn });
      const [primary] = await rolloutIs('COMPLETED');
      expect(primary?.taskDefinition).toBe(spec.revision.arn);
      expect(reported).toEqual(before);
    });
  });
});

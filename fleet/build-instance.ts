import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { documentClient, s3Client, sqsClient } from '../shared/adapters/clients.ts';
import { dynamoAssignments } from '../shared/adapters/dynamodb/dynamo-assignments.ts';
import { dynamoChats } from '../shared/adapters/dynamodb/dynamo-chats.ts';
import { dynamoInstanceRegistry } from '../shared/adapters/dynamodb/dynamo-instance-registry.ts';
import { dynamoMessages } from '../shared/adapters/dynamodb/dynamo-messages.ts';
import { dynamoOutbox } from '../shared/adapters/dynamodb/dynamo-outbox.ts';
import { dynamoPacing } from '../shared/adapters/dynamodb/dynamo-pacing.ts';
import { dynamoSessions } from '../shared/adapters/dynamodb/dynamo-sessions.ts';
import { agentTaskProtection } from '../shared/adapters/ecs/agent-task-protection.ts';
import { efsFileSystem } from '../shared/adapters/efs/efs-file-system.ts';
import { guardedDownload } from '../shared/adapters/http/guarded-download.ts';
import { kmsDataKeys } from '../shared/adapters/kms/kms-data-keys.ts';
import { httpNudge } from '../shared/adapters/nudge/http-nudge.ts';
import { s3Objects } from '../shared/adapters/s3/s3-objects.ts';
import { secretReader } from '../shared/adapters/secrets/secret-reader.ts';
import { sqsSessionEvents } from '../shared/adapters/sqs/sqs-session-events.ts';
import type { FleetEnv } from '../shared/config/fleet-env.ts';
import { systemClock as clock } from '../shared/domain/clock.ts';
import { instanceDirectory } from '../shared/domain/instances/instance-directory.ts';
import { silenceWatch } from '../shared/domain/instances/silence-watch.ts';
import { makeReassignSessions } from '../shared/domain/sessions/reassign-sessions.ts';
import { EventPublisher } from './events/event-publisher.ts';
import { Drain } from './lifecycle/drain.ts';
import { Instance } from './lifecycle/instance.ts';
import { instanceAddress, newInstanceId } from './lifecycle/instance-identity.ts';
import { LeaseKeeper, type LeaseKeeperOptions } from './lifecycle/lease-keeper.ts';
import { monotonicClock } from './lifecycle/monotonic-clock.ts';
import { Reaper } from './lifecycle/reaper.ts';
import { ScaleInGuard } from './lifecycle/scale-in-guard.ts';
import { ServiceGroup } from './lifecycle/service.ts';
import { takeoverTimes } from './lifecycle/takeover-times.ts';
import { InstanceServer } from './nudges/instance-server.ts';
import { RequestVerifier } from './nudges/request-signature.ts';
import { fleetMetrics } from './observability/fleet-metrics.ts';
import { LoadSampler } from './observability/load-sampler.ts';
import { fleetLog } from './observability/log.ts';
import { BrowserSlots } from './sessions/browser-slots.ts';
import { availableMemoryBytes, openDescriptors } from './observability/process-resources.ts';
import { MemoryManager } from './sessions/memory-manager.ts';
import { makeHandOver, type HandOver } from './sessions/hand-over.ts';
import { QRRateLimiter } from './sessions/qr-rate-limiter.ts';
import { Reconciler } from './sessions/reconciler.ts';
import { SessionPool } from './sessions/session-pool.ts';
import { SessionStorageOptimizer } from './sessions/storage-optimizer.ts';
import { bytesOfMb, healthSettings, hibernationSettings, pacingRules, recycleRule, whatsAppAddress } from './settings.ts';
import { efsSnapshotStore } from './storage/efs-snapshot-store.ts';
import { LiveProfiles, sweepProfiles } from './storage/live-profiles.ts';
import { localAuthStore } from './storage/local-auth-store.ts';
import { remoteAuthStore } from './storage/remote-auth-store.ts';
import type { SessionStore } from './storage/session-store.ts';
import { StoreWatch } from './storage/store-watch.ts';
import { makeFetchMedia } from './whatsapp/media-source.ts';
import { findBrowser, type BrowserExecutable } from './whatsapp/webjs/browser-executable.ts';
import { killLeftovers, memoryOfGroups } from './whatsapp/webjs/browser-processes.ts';
import { guardRejections } from './whatsapp/webjs/rejection-guard.ts';
import { remoteAuthArchive } from './whatsapp/webjs/remote-auth-archive.ts';
import { WebjsClient } from './whatsapp/webjs/webjs-client.ts';

const STARTS_AT_ONCE = 4;
const COLLECT_EVENTS_MS = 100;
const MOST_MEDIA_BYTES = 64 * 1024 * 1024;

/** What the process has to do when the instance cannot go on. */
export interface InstanceEnd {
  /** The lease is gone and every browser killed. */
  readonly onLeaseLost: () => void;
  readonly onDrainRequested: () => void;
  readonly onBug: (error: unknown) => void;
}

/** Finds a browser, opens the port, registers, and puts everything together. The only file that makes services. */
export async function buildInstance(config: FleetEnv, end: InstanceEnd): Promise<Instance> {
  const base = makeBase(config);
  const { id, log } = base;
  guardRejections(log, end.onBug);
  const [secret, executable] = await Promise.all([base.readSecret(), findBrowser(config.PUPPETEER_EXECUTABLE_PATH)]);
  await sweepLeftovers(base);

  const server = new InstanceServer({ host: config.BIND_HOST, port: config.PORT, verifier: new RequestVerifier(secret, clock) });
  await server.start();
  const { lease, url } = await takeLease(base, server.port, {
    load: () => sampler.load(),
    onLost: (why) => {
      pool.killAll();
      log.error({ why }, 'instance lease lost, browsers killed');
      end.onLeaseLost();
    },
  });
  const { pool, profiles, publisher } = makePool(base, lease, executable);
  const sampler = makeSampler(base, pool);
  const handOver = makeHandOver({ ...base, instanceId: id, clock });
  const reconciler = makeReconciler(base, pool, lease, handOver);
  const optimizer = new SessionStorageOptimizer({ pool, profiles, log, quotaBytes: bytesOfMb(config.STORAGE_QUOTA_MB), rule: recycleRule(config) });
  const reaper = makeReaper(base, reconciler, end.onDrainRequested);
  server.serve(makeRoutes(base, { lease, pool, reconciler, sampler }));
  const background = new ServiceGroup([sampler, ...scaleInGuard(base, pool), reconciler, optimizer, reaper, ...makeStoreWatch(base)]);
  return new Instance({ id, url, lease, server, background, pool, profiles, publisher, beginDrain: drainer(base, pool, handOver), log });
}

type Base = ReturnType<typeof makeBase>;

/** Who we are, and the ports to everything outside. */
function makeBase(config: FleetEnv) {
  const id = newInstanceId();
  const doc = documentClient();
  const registry = dynamoInstanceRegistry(doc, config.REGISTRY_TABLE);
  const metrics = fleetMetrics();
  metrics.build.set({ version: config.BLAZZ_VERSION }, 1);
  metrics.capacity.set(config.CAPACITY);
  const readSecret = secretReader(config.NUDGE_SECRET_ARN);
  return {
    id, config, registry, metrics, readSecret,
    log: fleetLog(config.LOG_LEVEL, { instanceId: id }),
    assignments: dynamoAssignments(doc, { core: config.CORE_TABLE, registry: config.REGISTRY_TABLE }),
    sessions: dynamoSessions(doc, config.CORE_TABLE),
    pacing: dynamoPacing(doc, config.CORE_TABLE),
    chats: dynamoChats(doc, config.MESSAGES_TABLE),
    messages: dynamoMessages(doc, config.MESSAGES_TABLE),
    outbox: dynamoOutbox(doc, { core: config.CORE_TABLE, messages: config.MESSAGES_TABLE }),
    calls: httpNudge({ directory: instanceDirectory(registry, clock), readSecret }),
  };
}

/** Browsers and profiles that instances before us left on this machine's disk. */
async function sweepLeftovers({ config: { PROFILE_DIR, SESSION_STORE_DIR }, registry }: Base): Promise<void> {
  await mkdir(PROFILE_DIR, { recursive: true, mode: 0o700 });
  await mkdir(SESSION_STORE_DIR, { recursive: true, mode: 0o700 });
  const live = (await registry.list()).filter(({ state }) => state !== 'lost');
  for (const dir of [PROFILE_DIR, SESSION_STORE_DIR]) await killLeftovers(dir);
  await sweepProfiles(PROFILE_DIR, live.map(({ id }) => id));
}

async function takeLease({ id, config, registry, metrics, log }: Base, port: number, options: Pick<LeaseKeeperOptions, 'load' | 'onLost'>) {
  const { url, zone, taskArn } = await instanceAddress({
    configuredUrl: config.INSTANCE_URL, metadataUri: config.ECS_CONTAINER_METADATA_URI_V4, bindHost: config.BIND_HOST, port,
  });
  const ttlMs = config.LEASE_TTL_SECONDS * 1_000;
  const marginMs = config.LEASE_MARGIN_SECONDS * 1_000;
  const registeredAt = monotonicClock.now();
  const granted = await registry.register({ id, url, zone, capacity: config.CAPACITY, version: config.BLAZZ_VERSION, taskArn }, ttlMs);
  const lease = new LeaseKeeper(granted, registeredAt, { ...options, registry, ttlMs, marginMs, clock: monotonicClock, onRenewal: (outcome) => metrics.renewals.inc({ outcome }), log });
  return { lease, url };
}

function makePool(base: Base, lease: LeaseKeeper, executable: BrowserExecutable) {
  const { id, config, metrics, log, assignments, outbox, messages, pacing, chats } = base;
  const store = makeStore(base);
  const profiles = new LiveProfiles(config.PROFILE_DIR, id, store);
  const publisher = new EventPublisher({
    queue: sqsSessionEvents(sqsClient(), config.SESSION_EVENTS_QUEUE_URL),
    instanceId: id, collectMs: COLLECT_EVENTS_MS, log,
    isLeaseHeld: () => lease.isHeld(),
    onSent: (events) => metrics.events.inc(events),
  });
  const startInTurn = pLimit(STARTS_AT_ONCE);
  const services = {
    lease, profiles, store, publisher, assignments, outbox, messages, pacing, chats, clock, metrics, log,
    pacingRules: pacingRules(config),
    healthSettings: healthSettings(config),
    makeClient: clientMaker(base, executable),
    qrLimiter: new QRRateLimiter(clock, config.QR_ROUNDS_PER_HOUR),
    snapshotIntervalMs: config.SNAPSHOT_INTERVAL_SECONDS * 1_000,
    slots: new BrowserSlots(config.CAPACITY),
    hibernation: hibernationSettings(config),
    storageQuotaBytes: bytesOfMb(config.STORAGE_QUOTA_MB),
    random: Math.random,
    noteArrival: takeoverTimes({ ...base, clock }),
    startInTurn: <T>(start: () => Promise<T>) => startInTurn(start),
  };
  return { pool: new SessionPool({ instanceId: id, capacity: config.CAPACITY, services }), profiles, publisher };
}

function makeStore({ id, config, log }: Base): SessionStore {
  const { SESSION_STORE, SESSION_STORE_DIR: storeDir, SESSION_STORE_BUCKET: bucket, SNAPSHOT_KEY_ARN, SNAPSHOT_FORMER_KEY_ARNS } = config;
  const scratchDir = join(config.PROFILE_DIR, id);
  switch (SESSION_STORE) {
    case 'efs-snapshot':
      return efsSnapshotStore({ storeDir, scratchDir, keys: kmsDataKeys(SNAPSHOT_KEY_ARN, SNAPSHOT_FORMER_KEY_ARNS), log });
    case 'local-auth':
      return localAuthStore(storeDir, log);
    case 'remote-auth':
      if (bucket === undefined) throw new Error('SESSION_STORE=remote-auth needs SESSION_STORE_BUCKET');
      return remoteAuthStore({ objects: s3Objects(s3Client(), bucket, SNAPSHOT_KEY_ARN), archive: remoteAuthArchive, scratchDir, log });
  }
}

/** None where nobody has told which file system it is. */
function makeStoreWatch({ config: { EFS_FILE_SYSTEM_ID }, metrics, log }: Base): readonly StoreWatch[] {
  if (EFS_FILE_SYSTEM_ID === undefined) return [];
  return [new StoreWatch({ fileSystem: efsFileSystem(EFS_FILE_SYSTEM_ID), metrics, log })];
}

function clientMaker({ config, log }: Base, executable: BrowserExecutable) {
  const address = whatsAppAddress(config);
  const fetchMedia = makeFetchMedia(guardedDownload({ allowLoopback: false }, MOST_MEDIA_BYTES));
  return (options: Pick<ConstructorParameters<typeof WebjsClient>[0], 'sessionId' | 'profileDir' | 'pairingPhoneNumber' | 'onEvent'>) =>
    new WebjsClient({
      ...options, executable, address, fetchMedia, log,
      answerMs: config.PAGE_ANSWER_SECONDS * 1_000,
      closeTimeoutMs: config.CLOSE_TIMEOUT_SECONDS * 1_000,
      ...(config.ADOPTED_PAGE_BUILD !== undefined && { adoptedBuild: config.ADOPTED_PAGE_BUILD }),
    });
}

function makeSampler({ config, metrics, log }: Base, pool: SessionPool): LoadSampler {
  const manager = new MemoryManager({
    admission: pool.admission, rule: recycleRule(config), log,
    find: (sessionId) => pool.find(sessionId),
    softBytes: bytesOfMb(config.SESSION_MEMORY_SOFT_MB),
    hardBytes: bytesOfMb(config.SESSION_MEMORY_HARD_MB),
  });
  return new LoadSampler({
    pool, memoryOfGroups, openDescriptors, metrics, log,
    memoryLimitBytes: Math.floor((availableMemoryBytes() * config.INSTANCE_MEMORY_PERCENT) / 100),
    onSample: (bytes) => manager.review(bytes),
  });
}

const makeReconciler = ({ id, config, assignments, sessions, log }: Base, pool: SessionPool, lease: LeaseKeeper, handOver: HandOver): Reconciler =>
  new Reconciler({
    instanceId: id, assignments, sessions, pool, log,
    intervalMs: config.RECONCILE_SECONDS * 1_000,
    passOn: async (session) => void (await handOver(session.id)),
    tellLoad: () => lease.renew(),
  });

/** Only a task of ECS has somebody to ask. */
const scaleInGuard = ({ config, log }: Base, pool: SessionPool): readonly ScaleInGuard[] =>
  config.ECS_AGENT_URI === undefined
    ? []
    : [new ScaleInGuard({ protection: agentTaskProtection(config.ECS_AGENT_URI), pool, clock: monotonicClock, log })];

/** In the time there is until the process is ended by force. */
const drainer = (base: Base, pool: SessionPool, handOver: HandOver) => (): Drain => {
  const { id, config } = base;
  return new Drain({
    ...base, instanceId: id, pool, handOver,
    withinMs: config.STOP_TIMEOUT_SECONDS * 1_000, atOnce: config.HAND_OVERS_AT_ONCE, clock: monotonicClock,
  });
};

/** Sessions it gives to ourselves need no call through the network. */
function makeReaper({ id, registry, assignments, sessions, calls, metrics, log }: Base, reconciler: Reconciler, onDrainRequested: () => void): Reaper {
  const near: Pick<typeof calls, 'nudge'> = {
    nudge: (session, about) => (session.instanceId === id ? reconciler.look(session.id) : calls.nudge(session, about)),
  };
  const silence = silenceWatch(monotonicClock);
  return new Reaper({
    instanceId: id, registry, onDrainRequested, silence, metrics, log,
    random: Math.random,
    makeReassign: ({ list }) => makeReassignSessions({ registry: { ...registry, list }, assignments, sessions, silence, clock, calls: near }),
  });
}

interface Served {
  readonly lease: LeaseKeeper;
  readonly pool: SessionPool;
  readonly reconciler: Reconciler;
  readonly sampler: LoadSampler;
}

function makeRoutes({ id, config, metrics, log }: Base, { lease, pool, reconciler, sampler }: Served): Parameters<InstanceServer['serve']>[0] {
  return {
    onNudge: (sessionId, about) => {
      const running = about === 'outbox' ? pool.find(sessionId) : undefined;
      if (running) running.wakeOutbox();
      else reconciler.look(sessionId).catch((error: unknown) => log.warn({ sessionId, err: error }, 'nudge not followed'));
    },
    onCommand: (sessionId, command) => pool.command(sessionId, command),
    onCheck: (sessionId, numbers) => pool.checkNumbers(sessionId, numbers),
    health: () => ({ isHealthy: lease.isHeld(), id, state: lease.state, sessions: pool.size }),
    stats: () => ({ id, state: lease.state, capacity: config.CAPACITY, sessions: pool.stats() }),
    metrics: () => {
      sampler.updateGauges();
      metrics.state.reset();
      metrics.state.set({ state: lease.state }, 1);
      return metrics.registry.metrics();
    },
  };
}

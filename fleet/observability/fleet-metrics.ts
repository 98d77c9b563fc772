import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { LANE_KINDS, OutboxBacklog, type LaneKind } from './outbox-backlog.ts';

export type FleetMetrics = ReturnType<typeof fleetMetrics>;

const SEND_SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const SNAPSHOT_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const SNAPSHOT_BYTES = [1e5, 5e5, 1e6, 2.5e6, 5e6, 1e7, 2.5e7, 5e7, 1e8, 2.5e8];
const MOVE_SECONDS = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300];

/** All numbers of one instance. Labels are few and bounded: never a session or a phone number, except memory. */
export function fleetMetrics() {
  const registry = new Registry();
  collectNodeMetrics(registry);
  const registers = [registry];
  return {
    registry,
    outbox: outboxMetrics(registry),
    build: new Gauge({ name: 'blazz_build_info', help: 'Always 1; the label says which version runs', labelNames: ['version'], registers }),
    state: new Gauge({ name: 'blazz_instance_state', help: '1 for the state this instance is in', labelNames: ['state'], registers }),
    capacity: new Gauge({ name: 'blazz_session_capacity', help: 'Sessions this instance may take', registers }),
    instancesLost: new Counter({ name: 'blazz_instances_lost_total', help: 'Other instances this one declared lost, their lease being over', registers }),
    sessions: new Gauge({ name: 'blazz_sessions', help: 'Sessions here, by status', labelNames: ['status'], registers }),
    memory: new Gauge({ name: 'blazz_session_memory_bytes', help: 'PSS of a session\'s browser', labelNames: ['session'], registers }),
    instanceMemory: new Gauge({ name: 'blazz_instance_memory_bytes', help: 'This process and all its browsers (PSS)', registers }),
    instanceMemoryLimit: new Gauge({ name: 'blazz_instance_memory_limit_bytes', help: 'Beyond it no session is admitted', registers }),
    admitting: new Gauge({ name: 'blazz_admitting', help: '1 while another session may start here', registers }),
    refusals: new Counter({ name: 'blazz_admission_refusals_total', help: 'Sessions that were given to us and may not start here', labelNames: ['reason'], registers }),
    qrRounds: new Counter({ name: 'blazz_qr_rounds_total', help: 'Rounds of QR codes', labelNames: ['outcome'], registers }),
    claimed: new Counter({ name: 'blazz_messages_claimed_total', help: 'Messages claimed from the outbox', registers }),
    sent: new Counter({ name: 'blazz_messages_sent_total', help: 'Messages WhatsApp took', registers }),
    failed: new Counter({ name: 'blazz_messages_failed_total', help: 'Messages that failed', labelNames: ['code'], registers }),
    sendSeconds: new Histogram({
      name: 'blazz_message_send_seconds', help: 'From hand-over to the page until WhatsApp took it', buckets: SEND_SECONDS, registers,
    }),
    takeovers: new Counter({ name: 'blazz_takeovers_total', help: 'Sessions this instance found a new owner for, the old one being lost or none there', registers }),
    takeoverSeconds: new Histogram({
      name: 'blazz_takeover_seconds', help: 'From the last heartbeat of a lost owner until the session was connected here', buckets: MOVE_SECONDS, registers,
    }),
    handOvers: new Counter({
      name: 'blazz_hand_overs_total', help: 'Sessions given to other instances in a drain, by what became of them', labelNames: ['outcome'], registers,
    }),
    handOverSeconds: new Histogram({
      name: 'blazz_hand_over_seconds', help: 'From closing a connected session here until it was connected elsewhere', buckets: MOVE_SECONDS, registers,
    }),
    renewals: renewalCounter(registry),
    claimSeconds: new Histogram({ name: 'blazz_outbox_claim_seconds', help: 'One claim of due messages', buckets: SEND_SECONDS, registers }),
    restarts: new Counter({ name: 'blazz_browser_restarts_total', help: 'Browsers restarted after trouble', labelNames: ['reason'], registers }),
    hibernations: new Counter({ name: 'blazz_hibernations_total', help: 'Idle sessions whose browser was closed', registers }),
    wakes: new Counter({ name: 'blazz_wakes_total', help: 'Hibernating sessions whose browser was opened', labelNames: ['cause'], registers }),
    failedChecks: new Counter({ name: 'blazz_health_checks_failed_total', help: 'Health checks of connected sessions that failed', labelNames: ['check'], registers }),
    recoverySteps: new Counter({ name: 'blazz_recovery_steps_total', help: 'Steps taken to get a session back', labelNames: ['step'], registers }),
    recoveries: new Counter({ name: 'blazz_recoveries_total', help: 'Sessions that were well again after a step, their browser kept', labelNames: ['step'], registers }),
    timeouts: new Counter({ name: 'blazz_timeouts_total', help: 'Calls to the library, a page or a browser that were given up', labelNames: ['call'], registers }),
    warnings: new Counter({ name: 'blazz_session_warnings_total', help: 'Warnings of sessions', labelNames: ['source', 'code'], registers }),
    snapshots: new Counter({ name: 'blazz_snapshots_total', help: 'Looks at whether a profile is to be copied, by what came of it', labelNames: ['outcome'], registers }),
    snapshotSeconds: new Histogram({ name: 'blazz_snapshot_seconds', help: 'One snapshot, read back', buckets: SNAPSHOT_SECONDS, registers }),
    snapshotBytes: new Histogram({ name: 'blazz_snapshot_bytes', help: 'Size of a snapshot in the store', buckets: SNAPSHOT_BYTES, registers }),
    storeBytes: new Gauge({ name: 'blazz_session_store_bytes', help: 'Size of the file system that keeps sessions, as its service meters it', registers }),
    storeAvailable: new Gauge({ name: 'blazz_session_store_available', help: '1: that file system is available, with all its mount targets', registers }),
    inboundMedia: new Counter({ name: 'blazz_inbound_media_total', help: 'Files of messages that came in, by what became of them', labelNames: ['outcome'], registers }),
    events: new Counter({ name: 'blazz_session_events_total', help: 'Events handed to the queue', registers }),
    refusedBatches: new Counter({ name: 'blazz_event_batches_refused_total', help: 'Batches of events that were refused for good and lie in the folder `refused` of the spool', registers }),
    spool: {
      batches: new Gauge({ name: 'blazz_event_spool_batches', help: 'Batches of events on the disk that are not passed on yet', registers }),
      bytes: new Gauge({ name: 'blazz_event_spool_bytes', help: 'Size of the event spool of this instance', registers }),
      limit: new Gauge({ name: 'blazz_event_spool_limit_bytes', help: 'Beyond it the event spool takes no more', registers }),
    },
  };
}

/** CPU, heap and event-loop lag of Node itself, without the three gauges whose names end as only those of counters may. */
function collectNodeMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const kind of ['handles', 'requests', 'resources']) registry.removeSingleMetric(`nodejs_active_${kind}_total`);
}

/** Both outcomes are there from the start: to Prometheus a series that begins at 1 has not increased. */
function renewalCounter(registry: Registry) {
  const renewals = new Counter({ name: 'blazz_lease_renewals_total', help: 'Lease renewals', labelNames: ['outcome'], registers: [registry] });
  for (const outcome of ['renewed', 'failed']) renewals.inc({ outcome }, 0);
  return renewals;
}

/** Worked out when somebody asks, from what the sessions saw. */
function outboxMetrics(registry: Registry): OutboxBacklog {
  const backlog = new OutboxBacklog();
  const byLane = (name: string, help: string, read: (kind: LaneKind) => number) =>
    new Gauge({
      name, help, labelNames: ['lane'], registers: [registry],
      collect() { for (const lane of LANE_KINDS) this.set({ lane }, read(lane)); },
    });
  byLane('blazz_outbox_depth', 'Messages due and unclaimed when connected sessions last looked; a look counts 50 of a lane at most, 5 where the session is paced', (kind) => backlog.depth(kind));
  byLane('blazz_outbox_oldest_seconds', 'How long the oldest of these has been due', (kind) => backlog.oldestSeconds(kind, Date.now()));
  return backlog;
}

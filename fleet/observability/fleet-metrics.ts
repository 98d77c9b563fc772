import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export type FleetMetrics = ReturnType<typeof fleetMetrics>;

const SEND_SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const MOVE_SECONDS = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300];

/** All numbers of one instance. Labels are few and bounded: never a session or a phone number, except memory. */
export function fleetMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry }); // CPU, heap, event-loop lag of Node itself
  const registers = [registry];
  return {
    registry,
    sessions: new Gauge({ name: 'blazz_sessions', help: 'Sessions here, by status', labelNames: ['status'], registers }),
    memory: new Gauge({ name: 'blazz_session_memory_bytes', help: 'PSS of a session\'s browser', labelNames: ['session'], registers }),
    claimed: new Counter({ name: 'blazz_messages_claimed_total', help: 'Messages claimed from the outbox', registers }),
    sent: new Counter({ name: 'blazz_messages_sent_total', help: 'Messages WhatsApp took', registers }),
    failed: new Counter({ name: 'blazz_messages_failed_total', help: 'Messages that failed', labelNames: ['code'], registers }),
    sendSeconds: new Histogram({
      name: 'blazz_message_send_seconds', help: 'From hand-over to the page until WhatsApp took it', buckets: SEND_SECONDS, registers,
    }),
    takeovers: new Counter({ name: 'blazz_takeovers_total', help: 'Sessions taken over from lost instances', registers }),
    takeoverSeconds: new Histogram({
      name: 'blazz_takeover_seconds', help: 'From the last heartbeat of a lost owner until the session was connected here', buckets: MOVE_SECONDS, registers,
    }),
    handOvers: new Counter({
      name: 'blazz_hand_overs_total', help: 'Sessions given to other instances in a drain, by what became of them', labelNames: ['outcome'], registers,
    }),
    handOverSeconds: new Histogram({
      name: 'blazz_hand_over_seconds', help: 'From closing a connected session here until it was connected elsewhere', buckets: MOVE_SECONDS, registers,
    }),
    renewals: new Counter({ name: 'blazz_lease_renewals_total', help: 'Lease renewals', labelNames: ['outcome'], registers }),
    claimSeconds: new Histogram({ name: 'blazz_outbox_claim_seconds', help: 'One claim of due messages', buckets: SEND_SECONDS, registers }),
    restarts: new Counter({ name: 'blazz_browser_restarts_total', help: 'Browsers restarted after trouble', labelNames: ['reason'], registers }),
    warnings: new Counter({ name: 'blazz_session_warnings_total', help: 'Warnings of sessions', labelNames: ['source', 'code'], registers }),
    events: new Counter({ name: 'blazz_session_events_total', help: 'Events handed to the queue', registers }),
  };
}

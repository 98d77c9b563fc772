import type { WhatsAppClient } from '../whatsapp/whatsapp-client.ts';
import { ClaimQueue } from './claim-queue.ts';
import type { InFlight } from './in-flight.ts';
import { InDoubt, recoverReceipts, type InDoubtOptions } from './in-doubt.ts';
import { MessageSender } from './message-sender.ts';
import { OutboxDrain } from './outbox-drain.ts';
import type { Receipts } from './receipts.ts';
import type { Recovery } from './recovery.ts';
import type { EndReason } from './run-endings.ts';
import { probeSelf } from './self-probe.ts';
import { now, type SessionContext } from './session-context.ts';
import { SessionHealthMonitor } from './session-health-monitor.ts';
import { SnapshotKeeper } from './snapshot-keeper.ts';
import { WakeSignal } from './wake-signal.ts';

const ACKS_LOOKED_BACK = 500;
/** Mostly enough. A session that hibernated may find more, and then looks again for more. */
const MESSAGES_LOOKED_BACK = 500;
const MOST_MESSAGES_LOOKED_BACK = 32_000;
/** A profile from a snapshot lacks what came after it, even what WhatsApp has crossed off its list: its phone still has that. */
const CHATS_ASKED_ABOUT = 50;
const HISTORIES_WITHIN_MS = 5_000;
/** A phone that is off is asked again after so long, then ever less often. */
const ASK_AGAIN_MS = 30_000;
const MOST_ASK_AGAIN_MS = 600_000;
/**
 * Owners before us may have died before the phone answered them, while what they sent moved `lastActivityAt` on: so much
 * further back the phone is asked. What is told again changes nothing.
 */
const UNSURE_MS = 900_000;
/** Events of the last seconds before a host died may never have been queued. */
const OVERLAP_MS = 60_000;

export interface ConnectedWorkOptions {
  readonly context: SessionContext;
  readonly client: WhatsAppClient;
  readonly receipts: Receipts;
  readonly inFlight: InFlight;
  readonly recovery: Recovery;
  readonly profileDir: string;
  /** The profile came from a snapshot, and what came after that is still to be asked for. */
  readonly isBehind: boolean;
  readonly phoneNumber: string;
  readonly onFenced: () => void;
  readonly onDead: (reason: EndReason, detail: string) => void;
}

/** What goes on while a browser is connected: sending, snapshots, health, and making good what was missed before. */
export class ConnectedWork {
  readonly startedAt = performance.now();
  readonly drain: OutboxDrain;
  readonly snapshots: SnapshotKeeper;
  readonly #options: ConnectedWorkOptions;
  readonly monitor: SessionHealthMonitor;
  readonly #end = new WakeSignal();

  constructor(options: ConnectedWorkOptions) {
    const { context, profileDir } = options;
    this.#options = options;
    this.monitor = makeMonitor(options, (isConnected) => this.#onConnection(isConnected));
    this.drain = makeDrain(options, this.monitor);
    this.snapshots = new SnapshotKeeper(context, profileDir);
    context.contacts.usePage(options.client);
  }

  /** Called again when the page is ready again. `isReload`: it is another page, which knows nothing of what was under way. */
  start(isReload: boolean): void {
    if (isReload) this.#options.inFlight.dropUnsent();
    void this.#catchUp(isReload);
    this.snapshots.start();
    this.monitor.start();
  }

  /** Until `start` is called again: there is no page to speak of. */
  hold(): void {
    this.drain.hold();
  }

  async stop(): Promise<void> {
    this.monitor.stop();
    this.#end.wake();
    await Promise.all([this.drain.stop(), this.snapshots.stop()]);
  }

  /**
   * Messages and receipts that came while nobody listened. Messages first, and nothing is sent before: what is sent
   * moves `lastActivityAt`, from which the next owner would look back.
   */
  async #catchUp(isReload: boolean): Promise<void> {
    const { client, context, receipts, isBehind } = this.#options;
    const { lastActivityAt, lastConnectedAt } = context.record;
    const sinceMs = Date.parse(lastActivityAt ?? lastConnectedAt ?? now()) - OVERLAP_MS;
    await this.#lookBack(() => this.#receiveMissed(sinceMs));
    this.drain.start(isReload);
    if (isBehind && !isReload) void this.#lookBack(() => this.#receiveFromPhone(sinceMs - UNSURE_MS));
    await this.#lookBack(async () => {
      receipts.onAcks(await client.recentAcks(ACKS_LOOKED_BACK));
      await recoverReceipts(inDoubtOptions(this.#options));
    });
  }

  async #lookBack(look: () => Promise<void>): Promise<void> {
    const { services, sessionId } = this.#options.context;
    await look().catch((error: unknown) => services.log.warn({ sessionId, err: error }, 'could not look back'));
  }

  /** What the owner before got and told nobody: only the phone has that. */
  async #receiveFromPhone(sinceMs: number): Promise<void> {
    let pauseMs = ASK_AGAIN_MS;
    while (!(await this.#options.client.syncNewestChats(CHATS_ASKED_ABOUT, HISTORIES_WITHIN_MS))) {
      if (await this.#end.sleep(pauseMs)) return;
      pauseMs = Math.min(pauseMs * 2, MOST_ASK_AGAIN_MS);
    }
    await this.#receiveMissed(sinceMs);
    const { services, owner } = this.#options.context;
    await services.profiles.noteCaughtUp(owner);
  }

  async #receiveMissed(sinceMs: number): Promise<void> {
    const { client, receipts } = this.#options;
    let limit = MESSAGES_LOOKED_BACK;
    let missed = await client.recentReceived(sinceMs, limit);
    while (missed.length === limit && limit < MOST_MESSAGES_LOOKED_BACK) {
      limit *= 4;
      missed = await client.recentReceived(sinceMs, limit);
    }
    if (missed.length > 0) receipts.onReceived(missed);
  }

  /** The page goes on trying by itself; people should know meanwhile. */
  #onConnection(isConnected: boolean): void {
    const { context, phoneNumber } = this.#options;
    if (!isConnected && context.status === 'connected') context.reportStatus('disconnected', 'timeout', 'WhatsApp is not reached');
    if (isConnected && context.status === 'disconnected') context.reportStatus('connected', null, null, phoneNumber);
  }
}

const inDoubtOptions = ({ context, client, receipts, inFlight }: ConnectedWorkOptions): InDoubtOptions => ({
  ...context.owner, client, receipts, inFlight, outbox: context.services.outbox, log: context.services.log,
});

function makeMonitor({ context, client, recovery, phoneNumber, onDead }: ConnectedWorkOptions, onConnection: (isConnected: boolean) => void): SessionHealthMonitor {
  const { lease, metrics, healthSettings: settings } = context.services;
  return new SessionHealthMonitor({
    client, settings, recovery, metrics, onConnection, onDead,
    board: context.health,
    probe: () => probeSelf(client, phoneNumber, Date.now() + lease.heldForMs()),
  });
}

function makeDrain(options: ConnectedWorkOptions, monitor: SessionHealthMonitor): OutboxDrain {
  const { context, client, receipts, inFlight, onFenced } = options;
  const { services, owner, rateLimiter: limiter } = context;
  const { sessionId, fencingToken, workspaceId } = owner;
  const { outbox, lease, messages, metrics, log } = services;
  const profile = () => context.record.pacing.profile;
  return new OutboxDrain({
    sessionId, profile, limiter, client, outbox, inFlight, onFenced, metrics, log,
    queue: new ClaimQueue({ sessionId, fencingToken, outbox, limiter, profile, metrics }),
    sender: new MessageSender({ workspaceId, sessionId, client, lease, messages, inFlight, receipts, report: (...events) => context.report(...events) }),
    inDoubt: new InDoubt(inDoubtOptions(options)),
    onOverdue: () => monitor.suspect(),
    onStalled: (detail) => monitor.onStalled(detail),
  });
}

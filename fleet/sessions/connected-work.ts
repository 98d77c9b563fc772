import type { WhatsAppClient } from '../whatsapp/whatsapp-client.ts';
import { ClaimQueue } from './claim-queue.ts';
import { HealthWatch } from './health-watch.ts';
import type { InFlight } from './in-flight.ts';
import { recoverReceipts, resolveInDoubt, type InDoubtOptions } from './in-doubt.ts';
import { MessageSender } from './message-sender.ts';
import { OutboxDrain } from './outbox-drain.ts';
import { Pacer } from './pacer.ts';
import type { Receipts } from './receipts.ts';
import { now, type SessionContext } from './session-context.ts';
import { SnapshotKeeper } from './snapshot-keeper.ts';

const ACKS_LOOKED_BACK = 500;
const MESSAGES_LOOKED_BACK = 500;
/** A profile from a snapshot lacks what came after it, even what WhatsApp has crossed off its list: its phone still has that. */
const CHATS_ASKED_ABOUT = 50;
const HISTORIES_WITHIN_MS = 5_000;
/** Events of the last seconds before a host died may never have been queued. */
const OVERLAP_MS = 60_000;

export interface ConnectedWorkOptions {
  readonly context: SessionContext;
  readonly client: WhatsAppClient;
  readonly receipts: Receipts;
  readonly inFlight: InFlight;
  readonly profileDir: string;
  /** The profile came from a snapshot: it was somebody else's, or had to be replaced. */
  readonly isRestored: boolean;
  readonly pageBuild: string;
  readonly phoneNumber: string;
  readonly onFenced: () => void;
  readonly onDead: (detail: string) => void;
}

/** What goes on while a browser is connected: sending, snapshots, health, and making good what was missed before. */
export class ConnectedWork {
  readonly startedAt = performance.now();
  readonly drain: OutboxDrain;
  readonly snapshots: SnapshotKeeper;
  readonly #options: ConnectedWorkOptions;
  readonly #health: HealthWatch;

  constructor(options: ConnectedWorkOptions) {
    const { context, client, profileDir, pageBuild, onDead } = options;
    this.#options = options;
    this.drain = makeDrain(options);
    this.snapshots = new SnapshotKeeper(context, profileDir);
    this.#health = new HealthWatch({
      client,
      pageBuild,
      board: context.health,
      onConnection: (isConnected) => this.#onConnection(isConnected),
      onSilent: () => onDead('the page stopped answering'),
    });
  }

  /** May be called again after the page reloaded itself. */
  start(): void {
    void this.#catchUp();
    this.drain.start();
    this.snapshots.start();
    this.#health.stop();
    this.#health.start();
  }

  async stop(): Promise<void> {
    this.#health.stop();
    await Promise.all([this.drain.stop(), this.snapshots.stop()]);
  }

  /** Receipts and messages that came while nobody listened. */
  async #catchUp(): Promise<void> {
    const { context, client, receipts, isRestored } = this.#options;
    const { lastActivityAt, lastConnectedAt } = context.record;
    const since = Date.parse(lastActivityAt ?? lastConnectedAt ?? now()) - OVERLAP_MS;
    try {
      receipts.onAcks(await client.recentAcks(ACKS_LOOKED_BACK));
      if (isRestored) await client.syncNewestChats(CHATS_ASKED_ABOUT, HISTORIES_WITHIN_MS);
      const missed = await client.recentReceived(since, MESSAGES_LOOKED_BACK);
      if (missed.length > 0) receipts.onReceived(missed);
      await recoverReceipts(inDoubtOptions(this.#options));
    } catch (error) {
      context.services.log.warn({ sessionId: context.sessionId, err: error }, 'could not look back');
    }
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

function makeDrain(options: ConnectedWorkOptions): OutboxDrain {
  const { context, client, receipts, inFlight, onFenced, onDead } = options;
  const { services, owner } = context;
  const { sessionId, fencingToken, workspaceId } = owner;
  const { outbox, lease, messages, metrics, log } = services;
  const profile = () => context.record.pacing.profile;
  const pacer = new Pacer({ sessionId, store: services.pacing, clock: services.clock, random: services.random });
  return new OutboxDrain({
    sessionId, profile, pacer, client, outbox, inFlight, onFenced, metrics, log,
    queue: new ClaimQueue({ sessionId, fencingToken, outbox, pacer, profile }),
    sender: new MessageSender({ workspaceId, sessionId, client, lease, messages, inFlight, receipts, report: (...events) => context.report(...events) }),
    resolveInDoubt: (isFreshPage) => resolveInDoubt(inDoubtOptions(options), isFreshPage),
    onStalled: onDead,
  });
}

import type { Scope } from '../../contracts/api/common.ts';

/** A client's open socket. */
export interface Connection {
  readonly id: string; // API Gateway's
  readonly workspaceId: string;
  readonly keyId: string;
  readonly keyHash: string; // hex SHA-256 of the API key, to see later whether it was revoked
  readonly scopes: readonly Scope[];
  /** Event id or RFC 3339 time the client named when it connected: where its subscriptions go on from. */
  readonly since: string | null;
  readonly connectedAt: number; // Unix ms
  readonly lastSeenAt: number; // Unix ms, of its last message, kept to the minute
}

export interface Connections {
  insert(connection: Connection): Promise<void>;
  find(connectionId: string): Promise<Connection | undefined>;
  /** Notes a sign of life. `false`: there is no such connection any more. */
  noteSeen(connectionId: string, atMs: number): Promise<boolean>;
  /** Forgets it with its subscriptions. Does nothing if it is gone. */
  drop(connectionId: string): Promise<void>;
  /** Connections of all workspaces that were last seen before `beforeMs`, longest silent first. */
  listSilent(beforeMs: number, limit: number): Promise<readonly string[]>;
}

/** Whether anybody listens in a workspace, so that events nobody hears cost one read and no more. */
export interface Listening {
  /** Somebody does, until `untilMs` at least unless they go on. */
  note(workspaceId: string, nowMs: number, untilMs: number): Promise<void>;
  /** Since when (Unix ms) events are kept without a break; `undefined`: nobody listens. */
  since(workspaceId: string, nowMs: number): Promise<number | undefined>;
}

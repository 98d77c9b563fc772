import type { Scope } from '../../contracts/api/common.ts';
import type { Page, PageRequest } from '../page.ts';

export interface ApiKey {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly preview: string;
  readonly hash: string; // hex SHA-256 of the key; the key itself is stored nowhere
  readonly createdAt: number; // Unix ms
  readonly lastUsedAt: number | null; // Unix ms, kept to the hour
}

export interface Workspace {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number; // Unix ms
}

export interface ApiKeys {
  insert(key: ApiKey): Promise<void>;
  findByHash(hash: string): Promise<ApiKey | undefined>;
  list(workspaceId: string, page: PageRequest): Promise<Page<ApiKey>>;
  /** Throws `api_key_not_found`. */
  delete(workspaceId: string, keyId: string): Promise<void>;
  noteUse(key: ApiKey, atMs: number): Promise<void>;
}

export interface Workspaces {
  /** Does nothing if it is there. */
  insert(workspace: Workspace): Promise<void>;
  get(workspaceId: string): Promise<Workspace>;
}

import type { Page, PageRequest } from '../page.ts';
import type { AttributeValue } from './contact.ts';

/** What a file says of one number: all its rows together. */
export interface ImportedContact {
  readonly phoneNumber: string;
  readonly name?: string;
  readonly optedOut?: boolean;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** How many rows it stands for. */
  readonly rows: number;
}

export interface RowError {
  readonly row: number; // from 1
  readonly reason: string;
}

export interface ImportCounts {
  readonly processed: number;
  readonly created: number;
  readonly updated: number;
  readonly duplicates: number;
  readonly failed: number;
}

/** A file of contacts on its way into the workspace. Times are Unix ms. */
export interface ContactImport extends ImportCounts {
  readonly id: string;
  readonly workspaceId: string;
  readonly status: 'running' | 'completed';
  readonly total: number;
  readonly slices: number;
  readonly slicesDone: number;
  readonly createdAt: number;
  readonly completedAt: number | null;
}

/** Imports and their work, cut into slices: what is done of it, and how it was counted, is written at once. */
export interface ContactImports {
  /** The slices and errors first, the import last: one that is there has all its work. Repeating it changes nothing. */
  insert(started: ContactImport, slices: readonly (readonly ImportedContact[])[], errors: readonly RowError[]): Promise<void>;
  /** Throws `contact_import_not_found`. */
  get(workspaceId: string, importId: string): Promise<ContactImport>;
  /** `undefined` once it is done. */
  openSlice(workspaceId: string, importId: string, slice: number): Promise<readonly ImportedContact[] | undefined>;
  /** Counts a slice, once; its rows are gone then. */
  finishSlice(workspaceId: string, importId: string, slice: number, counts: ImportCounts): Promise<void>;
  /** Marks an import whose slices are all done as completed. Returns it if it is, by this call or an earlier one. */
  completeIfDone(workspaceId: string, importId: string): Promise<ContactImport | undefined>;
  listErrors(workspaceId: string, importId: string, page: PageRequest): Promise<Page<RowError>>;
  /** Those under way that were begun before this time. */
  listRunning(createdBeforeMs: number): Promise<readonly ContactImport[]>;
  pendingSlices(workspaceId: string, importId: string): Promise<readonly number[]>;
}

import type { ContactImportView } from '../../contracts/api/contacts.ts';
import type { PublicEvent } from '../../contracts/public-event.ts';
import type { ContactImport, RowError } from './contact-imports.ts';

/** An import as the API shows it. */
export const importView = (found: ContactImport, errors: readonly RowError[]): ContactImportView => ({
  id: found.id,
  status: found.status,
  total: found.total,
  processed: found.processed,
  created: found.created,
  updated: found.updated,
  duplicates: found.duplicates,
  failed: found.failed,
  errors: [...errors],
  createdAt: new Date(found.createdAt).toISOString(),
  completedAt: found.completedAt === null ? null : new Date(found.completedAt).toISOString(),
});

/** `contact.import`: all rows are worked off. */
export function importEvent(id: string, found: ContactImport): PublicEvent {
  const { errors: _errors, ...data } = importView(found, []);
  return { id, type: 'contact.import', createdAt: data.completedAt ?? data.createdAt, workspaceId: found.workspaceId, data };
}

import type { contactRoutes } from '../../../shared/contracts/api/routes/contacts.ts';
import type { ContactImportView } from '../../../shared/contracts/api/contacts.ts';
import type { ContactImportJob } from '../../../shared/contracts/jobs.ts';
import type { ContactImport, ContactImports, ImportedContact, RowError } from '../../../shared/domain/contacts/contact-imports.ts';
import { importView } from '../../../shared/domain/contacts/import-view.ts';
import type { EnqueueJobs } from '../../../shared/domain/job-queue.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import type { Operation } from '../../http/api-request.ts';
import { HttpRefusal } from '../../http/http-refusal.ts';
import type { ContactsFile } from './contacts-csv.ts';

export interface ImportContactsDeps {
  readonly imports: ContactImports;
  readonly enqueue: EnqueueJobs<ContactImportJob>;
}
type Routes = typeof contactRoutes;

const CONTACTS_A_SLICE = 250;
const CHARACTERS_A_SLICE = 200_000; // compressed, it must fit into an item
const MOST_ERRORS_KEPT = 1_000;
const ERRORS_SHOWN = 100;

/** Checks the whole file at once, so that what is wrong is known at once; what is right is put down as a job. */
export const makeImportContacts = ({ imports, enqueue }: ImportContactsDeps): Operation<Routes['importContacts']> =>
  async ({ workspaceId, text, now, seed }) => {
    if (text === undefined) throw new HttpRefusal(415, 'unsupported_media_type', 'This call takes text/csv: the file as the body.', { headers: { Accept: 'text/csv' } });
    const { contactsFromCsv } = await import('./contacts-csv.ts'); // the parser is loaded only when a CSV comes
    const file = contactsFromCsv(text);
    const id = derivedId('imp', now, workspaceId, 'import', seed);
    const slices = slicesOf(file.contacts);
    const started = startedImport(id, workspaceId, file, slices.length, now);
    const errors = file.errors.slice(0, MOST_ERRORS_KEPT);
    await imports.insert(started, slices, errors);
    if (slices.length > 0) await enqueue(slices.map((_, slice) => ({ v: 1, workspaceId, importId: id, slice })));
    else await imports.completeIfDone(workspaceId, id);
    return { status: 202, body: viewOf(await imports.get(workspaceId, id), errors) };
  };

const startedImport = (id: string, workspaceId: string, { total, errors }: ContactsFile, slices: number, now: number): ContactImport => ({
  id,
  workspaceId,
  status: 'running',
  total,
  processed: errors.length,
  created: 0,
  updated: 0,
  duplicates: 0,
  failed: errors.length,
  slices,
  slicesDone: 0,
  createdAt: now,
  completedAt: null,
});

function slicesOf(contacts: readonly ImportedContact[]): ImportedContact[][] {
  const slices: ImportedContact[][] = [];
  let characters = Infinity;
  for (const contact of contacts) {
    characters += JSON.stringify(contact).length;
    if (characters > CHARACTERS_A_SLICE || (slices.at(-1)?.length ?? 0) >= CONTACTS_A_SLICE) {
      slices.push([]);
      characters = JSON.stringify(contact).length;
    }
    slices.at(-1)?.push(contact);
  }
  return slices;
}

const viewOf = (found: ContactImport, errors: readonly RowError[]): ContactImportView => importView(found, errors.slice(0, ERRORS_SHOWN));

export const makeGetContactImport = ({ imports }: Pick<ImportContactsDeps, 'imports'>): Operation<Routes['getContactImport']> =>
  async ({ workspaceId, params: { id } }) => {
    const [found, errors] = await Promise.all([imports.get(workspaceId, id), imports.listErrors(workspaceId, id, { limit: ERRORS_SHOWN })]);
    return { status: 200, body: viewOf(found, errors.items) };
  };

export const makeListContactImportErrors = ({ imports }: Pick<ImportContactsDeps, 'imports'>): Operation<Routes['listContactImportErrors']> =>
  async ({ workspaceId, params: { id }, query }) => {
    const { items, cursor } = await imports.listErrors(workspaceId, id, query);
    return { status: 200, body: { data: items, nextCursor: cursor ?? null } };
  };

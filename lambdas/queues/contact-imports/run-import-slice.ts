import pLimit from 'p-limit';
import type { ContactImportJob } from '../../../shared/contracts/jobs.ts';
import { isSame, newContact, withFacts, type Contact, type ContactFacts } from '../../../shared/domain/contacts/contact.ts';
import type { ContactImports, ImportCounts, ImportedContact } from '../../../shared/domain/contacts/contact-imports.ts';
import type { Contacts } from '../../../shared/domain/contacts/contacts.ts';
import { importEvent } from '../../../shared/domain/contacts/import-view.ts';
import type { SkipOptedOut } from '../../../shared/domain/contacts/skip-opted-out.ts';
import type { PublishEvents } from '../../../shared/domain/webhooks/publish-events.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';

export interface RunImportSliceDeps {
  readonly imports: Pick<ContactImports, 'get' | 'openSlice' | 'finishSlice' | 'completeIfDone'>;
  readonly contacts: Pick<Contacts, 'find' | 'change' | 'insertMany'>;
  readonly skipOptedOut: SkipOptedOut;
  readonly publish: PublishEvents;
}

const CONTACTS_AT_ONCE = 12;

/**
 * Works off one slice. The id of a contact derives from import and number, so a slice that is repeated finds what it
 * made before and counts it as made; it is counted once all the same.
 */
export const makeRunImportSlice = (deps: RunImportSliceDeps) =>
  async ({ workspaceId, importId, slice }: ContactImportJob): Promise<void> => {
    const rows = await deps.imports.openSlice(workspaceId, importId, slice);
    if (rows !== undefined) {
      const { createdAt } = await deps.imports.get(workspaceId, importId);
      const counts = await takeAll(deps, { workspaceId, importId, at: createdAt }, rows);
      await deps.imports.finishSlice(workspaceId, importId, slice, counts);
    }
    const completed = await deps.imports.completeIfDone(workspaceId, importId);
    if (completed) await deps.publish(workspaceId, [importEvent(derivedId('evt', completed.completedAt ?? completed.createdAt, 'contact.import', importId), completed)]);
  };

interface Import {
  readonly workspaceId: string;
  readonly importId: string;
  readonly at: number;
}

async function takeAll(deps: RunImportSliceDeps, under: Import, rows: readonly ImportedContact[]): Promise<ImportCounts> {
  const known = await deps.contacts.find(under.workspaceId, rows.map(({ phoneNumber }) => phoneNumber));
  const unknown = rows.filter(({ phoneNumber }) => !known.has(phoneNumber));
  const made = await deps.contacts.insertMany(unknown.map((row) => newOne(under, row)));
  const settled = new Set(unknown.filter((_, i) => made[i]));
  for (const row of settled) if (row.optedOut === true) await deps.skipOptedOut(newOne(under, row));
  const limit = pLimit(CONTACTS_AT_ONCE);
  const others = rows.filter((row) => !settled.has(row));
  const areNew = await Promise.all(others.map((row) => limit(() => takeOne(deps, under, row, known.get(row.phoneNumber)))));
  const created = settled.size + areNew.filter(Boolean).length;
  const duplicates = rows.reduce((sum, row) => sum + row.rows - 1, 0);
  return { processed: rows.length + duplicates, created, updated: rows.length - created, duplicates, failed: 0 };
}

/** Whether this import made the contact, now or on an earlier run. */
async function takeOne({ contacts, skipOptedOut }: RunImportSliceDeps, under: Import, row: ImportedContact, known: Contact | undefined): Promise<boolean> {
  const fresh = newOne(under, row);
  const decide = (contact: Contact | undefined): Contact => {
    if (contact === undefined) return fresh;
    const updated = withFacts(contact, { ...factsOf(row, under.at), identities: [] });
    return isSame(updated, contact) ? contact : updated;
  };
  const isSettled = known !== undefined && decide(known) === known;
  const { contact = known } = isSettled ? {} : await contacts.change(under.workspaceId, { identities: [row.phoneNumber] }, ([one]) => decide(one));
  if (row.optedOut === true && contact) await skipOptedOut(contact);
  return contact?.id === fresh.id;
}

const newOne = ({ workspaceId, importId, at }: Import, row: ImportedContact): Contact =>
  newContact(derivedId('con', at, workspaceId, importId, row.phoneNumber), workspaceId, 'import', factsOf(row, at));

/** A file may opt people out; that somebody has opted out since is not taken back by an old list. */
const factsOf = ({ phoneNumber, name, optedOut, attributes }: ImportedContact, at: number): ContactFacts => ({
  identities: [phoneNumber],
  ...(name !== undefined && { name, isNameGiven: true }),
  attributes,
  ...(optedOut === true && { optedOut }),
  at,
});

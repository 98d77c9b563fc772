import type { TemplateStatus } from '../../contracts/api/templates.ts';
import type { Page, PageRequest } from '../page.ts';

/** A message that Meta has reviewed, or is to review. One a workspace, business account, name and language. */
export interface Template {
  readonly id: string;
  readonly workspaceId: string;
  readonly businessAccountId: string;
  readonly metaId: string;
  readonly name: string;
  readonly language: string;
  readonly category: string;
  readonly status: TemplateStatus;
  readonly rejectedReason: string | null;
  /** Placeholders have names, or numbers from 1 on. */
  readonly parameterFormat: 'NAMED' | 'POSITIONAL';
  readonly components: readonly Readonly<Record<string, unknown>>[]; // as Meta writes them
  readonly createdAt: number; // Unix ms
  readonly updatedAt: number;
}

export interface TemplateFilter {
  readonly status?: TemplateStatus | undefined;
  readonly name?: string | undefined;
}

export interface TemplateReview {
  readonly status: TemplateStatus;
  readonly rejectedReason: string | null;
  readonly at: number;
}

export interface Templates {
  /** Throws `template_not_found`, for another workspace's template too. */
  get(workspaceId: string, templateId: string): Promise<Template>;
  list(workspaceId: string, page: PageRequest, filter?: TemplateFilter): Promise<Page<Template>>;
  /** All of one business account. */
  listOfAccount(workspaceId: string, businessAccountId: string): Promise<readonly Template[]>;
  /** Inserts it, or replaces what is there but for `createdAt`. Returns what was there. */
  save(template: Template): Promise<Template | undefined>;
  /** Notes what Meta decided. `undefined`: there is no such template. Returns it as it was and as it is. */
  review(workspaceId: string, templateId: string, review: TemplateReview): Promise<{ readonly before: Template; readonly after: Template } | undefined>;
  /** What is not there is no error. */
  delete(workspaceId: string, templateId: string): Promise<void>;
}

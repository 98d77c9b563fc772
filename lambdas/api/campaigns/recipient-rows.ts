import { CampaignRecipient } from '../../../shared/contracts/api/campaigns.ts';
import { problemsOf, type Template } from '../../../shared/domain/campaigns/template.ts';

export interface Rejection {
  readonly row: number; // from 1
  readonly reason: string;
}

export interface CheckedRows {
  /** By row, from 1. */
  readonly good: ReadonlyMap<number, CampaignRecipient>;
  readonly rejected: readonly Rejection[];
}

/** Checks rows one by one: their form, that the text gets its variables, and that no number comes twice. */
export function checkRows(template: Template, rows: readonly unknown[]): CheckedRows {
  const good = new Map<number, CampaignRecipient>();
  const rejected: Rejection[] = [];
  const firstRowOf = new Map<string, number>();
  rows.forEach((candidate, i) => {
    const row = i + 1;
    const parsed = CampaignRecipient.safeParse(candidate);
    const reason = parsed.success ? reasonAgainst(template, parsed.data, firstRowOf) : whatIsWrong(parsed.error.issues);
    if (!parsed.success || reason !== undefined) return void rejected.push({ row, reason: reason ?? '' });
    firstRowOf.set(parsed.data.to, row);
    good.set(row, parsed.data);
  });
  return { good, rejected };
}

function reasonAgainst(
  template: Template,
  { to, variables }: CampaignRecipient,
  firstRowOf: ReadonlyMap<string, number>,
): string | undefined {
  const first = firstRowOf.get(to);
  if (first !== undefined) return `the same number as row ${first}`;
  return problemsOf(template, variables).map(({ path, message }) => `${path} ${message}`).join('; ') || undefined;
}

const whatIsWrong = (issues: readonly { readonly path: PropertyKey[]; readonly message: string }[]): string =>
  issues.map(({ path, message }) => `${path.map(String).join('.')} ${message}`.trim()).join('; ');

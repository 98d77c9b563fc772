import { TemplateStatus } from '../../contracts/api/templates.ts';

/** Meta has more words than states: a flagged template can still be sent, a reinstated one again. */
const SAME_AS: Readonly<Record<string, TemplateStatus>> = { FLAGGED: 'approved', REINSTATED: 'approved', PENDING_REVIEW: 'pending' };

/** Our word for Meta's; a word Meta invents later is `other`. */
export const templateStatusOf = (word: string): TemplateStatus => SAME_AS[word.toUpperCase()] ?? TemplateStatus.safeParse(word.toLowerCase()).data ?? 'other';

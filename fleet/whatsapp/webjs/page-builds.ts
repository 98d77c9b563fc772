import type { WhatsAppEvent } from '../whatsapp-client.ts';
import { missingModules, type Asked } from './page-calls.ts';

/** The newest build that every story has passed on. How to raise it: docs/page-builds.md. */
export const ADOPTED_BUILD = '2.3000.1047712054';

const partsOf = (build: string): readonly number[] => build.split('.').map((part) => Number.parseInt(part, 10) || 0);

/** Whether a page is of a later build than the one adopted: it may work, and nobody has tried. */
export function isLaterBuild(build: string, adopted: string): boolean {
  const [ours, theirs] = [partsOf(build), partsOf(adopted)];
  const differing = ours.findIndex((part, i) => part !== (theirs[i] ?? 0));
  return differing !== -1 && (ours[differing] ?? 0) > (theirs[differing] ?? 0);
}

type PageWarning = Extract<WhatsAppEvent, { type: 'page-warning' }>;

/** What to warn of on a page that is ready: what works today may not do so at the next send. */
export async function pageWarnings(asked: Asked, build: string, adopted: string): Promise<readonly PageWarning[]> {
  const missing = await missingModules(asked);
  return [
    ...(isLaterBuild(build, adopted) ? [warning('unknown_build', `WhatsApp serves build ${build}, later than ${adopted}, the newest adopted`)] : []),
    ...(missing.length > 0 ? [warning('missing_modules', `The page lacks ${missing.join(', ')}`)] : []),
  ];
}

const warning = (code: PageWarning['code'], detail: string): PageWarning => ({ type: 'page-warning', code, detail });

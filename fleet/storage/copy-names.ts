/*
 * Copies of a session are called `<fencing token, 10 digits>-<counter, 6 digits>`, so that names sort as their owners
 * followed each other, and no owner can ever make a copy that is newer than one of the next.
 */
const NAME = /^(\d{10})-(\d{6})$/;
const KEPT = 3;

/** A copy, or the mark that everything up to this name was wiped. */
export interface KeptCopy {
  readonly name: string;
  readonly isWipe: boolean;
}

export const isCopyName = (text: string): boolean => NAME.test(text);

export const tokenOf = (name: string): number => Number(NAME.exec(name)?.[1]);

const newestFirst = (kept: readonly KeptCopy[]): readonly KeptCopy[] => kept.toSorted((a, b) => (a.name < b.name ? 1 : -1));

const lastWipe = (kept: readonly KeptCopy[]): string => newestFirst(kept).find(({ isWipe }) => isWipe)?.name ?? '';

/** Newest first. What a wipe has overtaken does not count, also if it was written after it: its owner was slow. */
export const usableNames = (kept: readonly KeptCopy[]): readonly string[] =>
  newestFirst(kept).filter(({ name, isWipe }) => !isWipe && name > lastWipe(kept)).map(({ name }) => name);

/** After everything this owner has made. */
export function nextName(kept: readonly KeptCopy[], fencingToken: number): string {
  const counters = kept.filter(({ name }) => tokenOf(name) === fencingToken).map(({ name }) => Number(NAME.exec(name)?.[2]));
  const counter = Math.max(0, ...counters) + 1;
  return `${String(fencingToken).padStart(10, '0')}-${String(counter).padStart(6, '0')}`;
}

export const isOvertaken = (kept: readonly KeptCopy[], fencingToken: number): boolean =>
  kept.some(({ name }) => tokenOf(name) > fencingToken);

/** What the owner may remove: beyond the last copies of its own and earlier ones, and what wipes have overtaken. */
export function surplus(kept: readonly KeptCopy[], fencingToken: number): readonly KeptCopy[] {
  const upToUs = kept.filter(({ name }) => tokenOf(name) <= fencingToken);
  const wiped = lastWipe(upToUs);
  const copies = usableNames(upToUs).slice(0, KEPT);
  return upToUs.filter(({ name, isWipe }) => (isWipe ? name !== wiped : !copies.includes(name)));
}

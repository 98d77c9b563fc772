interface ByAuthor {
  /** Who did it, on the other side; `null`: this number itself. */
  readonly author: string | null;
  readonly at: number; // Unix ms
}

/** What somebody did to a message after it was there. */
export type Deed =
  | (ByAuthor & { readonly kind: 'reaction'; readonly emoji: string }) // empty: taken back
  | (ByAuthor & { readonly kind: 'vote'; readonly options: readonly string[] }) // all that are chosen now
  | (ByAuthor & { readonly kind: 'edit'; readonly text: string })
  | (ByAuthor & { readonly kind: 'revoke' });

/** A deed as a message keeps it, with the sequence of the batch that brought it. */
export type Annotation = Deed & { readonly by: string };

/** The newest deeds of each kind: one edit, one revocation, one reaction and one vote for each person. */
export type Annotations = Readonly<Record<string, Annotation>>;

/** What of it a message shows. */
export interface AnnotationView {
  readonly editedAt: number | null; // Unix ms
  readonly revokedAt: number | null;
  readonly reactions: readonly { readonly author: string | null; readonly emoji: string; readonly at: number }[];
  readonly votes: readonly { readonly author: string | null; readonly options: readonly string[]; readonly at: number }[];
}

export const UNTOUCHED: AnnotationView = { editedAt: null, revokedAt: null, reactions: [], votes: [] };

export interface Annotated {
  readonly annotations: Annotations;
  /** Deeds that changed something, be it on an earlier delivery of the same batch. */
  readonly news: readonly Deed[];
  readonly isChanged: boolean;
}

const slotOf = ({ kind, author }: Deed): string => (kind === 'reaction' || kind === 'vote' ? `${kind} ${author ?? ''}` : kind);

function valueOf(deed: Deed): string {
  switch (deed.kind) {
    case 'reaction':
      return deed.emoji;
    case 'vote':
      return JSON.stringify([...deed.options].sort());
    case 'edit':
      return deed.text;
    case 'revoke':
      return '';
  }
}

/**
 * Adds deeds to those a message has. They come at least once and in any order: the newest of a kind counts, and what is
 * the same as before is no news, unless this very batch brought it.
 */
export function annotate(before: Annotations, deeds: readonly Deed[], { sequence }: { readonly sequence: string }): Annotated {
  const annotations = { ...before };
  const news: Deed[] = [];
  let isChanged = false;
  for (const [slot, deed] of newestBySlot(deeds)) {
    const known = before[slot];
    const isSame = known !== undefined && valueOf(known) === valueOf(deed);
    const isNewer = known === undefined || known.at < deed.at;
    const isNews = isSame ? known.by === sequence : known === undefined || known.at <= deed.at;
    if (isNews) news.push(deed);
    if (!isNewer && (isSame || !isNews)) continue;
    annotations[slot] = { ...deed, by: isSame ? known.by : sequence }; // the later time holds off what is older than that
    isChanged = true;
  }
  return { annotations, news, isChanged };
}

function newestBySlot(deeds: readonly Deed[]): ReadonlyMap<string, Deed> {
  const newest = new Map<string, Deed>();
  for (const deed of deeds) {
    const other = newest.get(slotOf(deed));
    if (!other || other.at <= deed.at) newest.set(slotOf(deed), deed);
  }
  return newest;
}

/** The message as it stands after all that was done to it. */
export function withAnnotations<T extends { readonly text: string | null }>(message: T, annotations: Annotations): T & AnnotationView {
  const deeds = Object.values(annotations).toSorted((a, b) => a.at - b.at || ((a.author ?? '') < (b.author ?? '') ? -1 : 1));
  const edit = deeds.find((deed) => deed.kind === 'edit');
  return {
    ...message,
    text: edit?.text ?? message.text,
    editedAt: edit?.at ?? null,
    revokedAt: deeds.find(({ kind }) => kind === 'revoke')?.at ?? null,
    reactions: deeds.flatMap((deed) => (deed.kind === 'reaction' && deed.emoji !== '' ? [{ author: deed.author, emoji: deed.emoji, at: deed.at }] : [])),
    votes: deeds.flatMap((deed) => (deed.kind === 'vote' && deed.options.length > 0 ? [{ author: deed.author, options: deed.options, at: deed.at }] : [])),
  };
}

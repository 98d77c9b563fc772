import type { FuzzCaller } from './request.ts';

const ID = /\b(ses|msg|cmp|cht|whk|dlv|key|con|tpl|med|imp|ins)_[0-7][0-9A-HJKMNP-TV-Z]{25}\b/g;
const MOST_KEPT = 200;
const NOBODYS = '01J0000000000000000000000A';

/** The ids answers showed, by whose they are. Requests take them up again. */
export class KnownIds {
  readonly #own = new Map<string, string[]>();
  readonly #foreign = new Map<string, string[]>();

  note(caller: FuzzCaller, text: string): void {
    if (caller !== 'own' && caller !== 'stranger') return;
    const ids = caller === 'own' ? this.#own : this.#foreign;
    for (const [id, prefix = ''] of text.matchAll(ID)) add(ids, prefix, id);
  }

  /** One of the caller's, or of the other workspace; one of nobody while there is none. */
  find(caller: FuzzCaller, prefix: string, index: number, isForeign: boolean): string {
    const ids = (caller === 'stranger') === isForeign ? this.#own : this.#foreign;
    const known = ids.get(prefix) ?? [];
    return known[index % known.length] ?? `${prefix}_${NOBODYS}`;
  }

  isForeignTo(caller: FuzzCaller, text: string): boolean {
    const ids = caller === 'stranger' ? this.#own : this.#foreign;
    return [...text.matchAll(ID)].some(([id, prefix = '']) => ids.get(prefix)?.includes(id));
  }
}

function add(ids: Map<string, string[]>, prefix: string, id: string): void {
  const known = ids.get(prefix) ?? [];
  if (!known.includes(id)) known.push(id);
  ids.set(prefix, known.slice(-MOST_KEPT));
}

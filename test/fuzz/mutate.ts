import fc from 'fast-check';
import { aNastyValue, anIdOf } from './values.ts';

export interface Mutation {
  readonly kind: 'replace' | 'remove' | 'add' | 'repeat';
  /** Which place in the value, counted in depth, over and over. */
  readonly at: number;
  readonly name: string;
  readonly value: unknown;
}

const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '', 'x', 'id', 'workspaceId', 'status', 'a.b', '\0', '\ud800', '0', 'then'] as const;
const PREFIXES = ['ses', 'msg', 'cmp', 'cht', 'con', 'whk', 'tpl', 'med', 'key'] as const;
const MOST_REPEATS = 1_200;

export const aMutation = (): fc.Arbitrary<Mutation> =>
  fc.record({
    kind: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'add', 'repeat'),
    at: fc.nat(60),
    name: fc.constantFrom(...NAMES),
    value: fc.oneof({ arbitrary: aNastyValue(), weight: 8 }, { arbitrary: fc.constantFrom(...PREFIXES).chain(anIdOf), weight: 1 }),
  });

interface Place {
  readonly holder: Record<string, unknown> | unknown[];
  readonly name: string;
}

/** A copy of the value with one thing changed. */
export function mutated(value: unknown, mutation: Mutation): unknown {
  const root = { value: structuredClone(value) };
  const places = placesIn(root);
  const { holder, name } = places[mutation.at % places.length] as Place;
  change(holder, name, mutation);
  return root.value;
}

function change(holder: Place['holder'], name: string, { kind, name: added, value }: Mutation): void {
  const at = holder as Record<string, unknown>;
  const old = at[name];
  if (kind === 'replace') define(at, name, value);
  else if (kind === 'remove') remove(holder, name);
  else if (kind === 'add') add(typeof old === 'object' && old !== null ? old : at, added, value);
  else define(at, name, Array.isArray(old) ? Array.from({ length: MOST_REPEATS }, (_, i) => (old as unknown[])[i % old.length]) : [old, old]);
}

function add(holder: object, name: string, value: unknown): void {
  if (Array.isArray(holder)) holder.push(value);
  else define(holder, name, value);
}

function remove(holder: Place['holder'], name: string): void {
  if (Array.isArray(holder)) holder.splice(Number(name), 1);
  else delete holder[name];
}

/** Assigning to `__proto__` would set the prototype. */
const define = (holder: object, name: string, value: unknown): void =>
  void Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });

function placesIn(holder: object): Place[] {
  return Object.entries(holder).flatMap(([name, inner]: [string, unknown]) => {
    const here = { holder: holder as Place['holder'], name };
    return typeof inner === 'object' && inner !== null ? [here, ...placesIn(inner)] : [here];
  });
}

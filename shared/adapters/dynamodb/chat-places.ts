import type { Item } from './conditions.ts';

/*
 * The list of chats is by last activity, so a chat moves while somebody pages through it. Each chat keeps its latest
 * places with the time it was put there, so that every page of a list can be read as of the moment of its first page.
 * The places shift by the very write that moves the chat: they cost nothing but their bytes.
 */
const REGISTERS = ['place', 'was1', 'was2', 'was3', 'was4', 'was5', 'was6'] as const;
const NO_PLACE = '';

export const placeText = (putAtMs: number, lastMessageAt: number): string => `${putAtMs}:${lastMessageAt}`;

/** Assignments that keep the place the chat has for the one it gets; need `:noPlace`. */
export const SHIFT = REGISTERS.slice(1).map((name, i) => `${name} = if_not_exists(${REGISTERS[i]}, :noPlace)`).join(', ');
export const SHIFT_VALUES = { ':noPlace': NO_PLACE };

/** The same for an item that is written as a whole. */
export const shifted = (item: Item): Item =>
  Object.fromEntries(REGISTERS.slice(1).map((name, i) => [name, item[REGISTERS[i] ?? ''] ?? NO_PLACE]));

/**
 * What the chat's `lastMessageAt` was at a time (Unix ms), which is where the list had it. `undefined`: it was not there
 * yet. Of a chat that has moved more often than is remembered, the oldest place known stands in.
 */
export function placeAt(item: Item, atMs: number): number | undefined {
  const places = REGISTERS.map((name) => item[name]).filter((place): place is string => typeof place === 'string' && place !== NO_PLACE);
  if (places.length === 0) return Number(item['lastMessageAt']); // from before places were kept
  const parsed = places.map((place) => place.split(':').map(Number) as [number, number]);
  const then = parsed.find(([putAt]) => putAt <= atMs) ?? (parsed.length === REGISTERS.length ? parsed.at(-1) : undefined);
  return then?.[1];
}

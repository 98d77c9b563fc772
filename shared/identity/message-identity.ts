import { createHmac } from 'node:crypto';
import { fromBase32, toBase32 } from './base32.ts';
import { hashBits, peerHash } from './chat-identity.ts';

/*
 * A message id is a ULID with a plan: 48 bits of time, 40 of the peer, 24 of its seed, 16 that follow from the rest.
 * Time and seed make up the 72 bits of the wire id (`3EB0` and 18 hex digits, the form WhatsApp Web uses), so each
 * can be told from the other: a receipt that names a wire id and a chat leads to the message without an index.
 */
const SEED_BITS = 24n;
const SEED_MASK = (1n << SEED_BITS) - 1n;
const HALF_BITS = 36n;
const HALF_MASK = (1n << HALF_BITS) - 1n;
const ROUNDS = [0, 1, 2, 3] as const;
const WIRE_ID = /^3EB0[0-9A-F]{18}$/;

const checkBits = (timeMs: bigint, peer: string, seed: bigint): bigint =>
  hashBits(16, 'message', timeMs.toString(), peer, seed.toString());

function assemble(timeMs: bigint, peer: string, seed: bigint): string {
  const tail = (seed << 16n) | checkBits(timeMs, peer, seed);
  return `msg_${toBase32(timeMs, 10)}${peer}${toBase32(tail, 8)}`;
}

/**
 * The id of a message. The same arguments give the same id, so a step that is repeated makes the same message.
 * `seed` is whatever makes the message this one: an idempotency key, a campaign with recipient and attempt, a wire id,
 * or something drawn at random.
 */
export const messageIdOf = (workspaceId: string, peer: string, timeMs: number, seed: string): string =>
  assemble(BigInt(timeMs), peerHash(workspaceId, peer), hashBits(Number(SEED_BITS), 'seed', seed));

/** The time an id was made of: for a message that came in, WhatsApp's own. Unix ms. */
export const timeOfMessageId = (messageId: string): number => Number(fromBase32(messageId.slice(4, 14)));

const roundKey = (key: string, round: number, half: bigint): bigint =>
  BigInt(`0x${createHmac('sha256', key).update(`${round}:${half}`).digest('hex').slice(0, 9)}`);

/** A Feistel network over 72 bits: a secretless shuffle that can be undone, so that wire ids show no order in time. */
function shuffle(value: bigint, key: string): bigint {
  let [left, right] = [value >> HALF_BITS, value & HALF_MASK];
  for (const round of ROUNDS) [left, right] = [right, left ^ roundKey(key, round, right)];
  return (left << HALF_BITS) | right;
}

function unshuffle(value: bigint, key: string): bigint {
  let [left, right] = [value >> HALF_BITS, value & HALF_MASK];
  for (const round of ROUNDS.toReversed()) [left, right] = [right ^ roundKey(key, round, left), left];
  return (left << HALF_BITS) | right;
}

/** The id under which WhatsApp knows the message: one per message, whoever sends it and however often. */
export function wireIdOf(messageId: string, sessionId: string): string {
  const timeMs = fromBase32(messageId.slice(4, 14));
  const seed = fromBase32(messageId.slice(22)) >> 16n;
  const plain = (timeMs << SEED_BITS) | seed;
  return `3EB0${shuffle(plain, sessionId).toString(16).toUpperCase().padStart(18, '0')}`;
}

/** The message a wire id stands for, if it is one of ours for this peer; `undefined` for those the phone made. */
export function messageIdOfWireId(
  wireId: string,
  sessionId: string,
  workspaceId: string,
  peer: string,
): string | undefined {
  if (!WIRE_ID.test(wireId)) return undefined;
  const plain = unshuffle(BigInt(`0x${wireId.slice(4)}`), sessionId);
  return assemble(plain >> SEED_BITS, peerHash(workspaceId, peer), plain & SEED_MASK);
}

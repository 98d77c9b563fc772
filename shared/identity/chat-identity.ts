import { createHash } from 'node:crypto';
import { toBase32 } from './base32.ts';

/** The first `bits` of SHA-256 over the parts, as a number. A separator keeps ['a','bc'] and ['ab','c'] apart. */
export function hashBits(bits: number, ...parts: readonly string[]): bigint {
  const digest = createHash('sha256').update(parts.join('\u0000')).digest('hex');
  return BigInt(`0x${digest.slice(0, Math.ceil(bits / 4))}`) >> BigInt((4 - (bits % 4)) % 4);
}

/**
 * 40 bits that stand for one peer of one workspace, as 8 base32 characters. They are part of every message and chat id,
 * so that an id alone tells which partition holds it. Two peers may share them: readers compare the peer too.
 */
export const peerHash = (workspaceId: string, peer: string): string => toBase32(hashBits(40, workspaceId, peer), 8);

/** `cht_` and 26 characters: 10 of its own, the 8 of the peer, 8 of its own. One chat a session and peer. */
export function chatIdOf(workspaceId: string, sessionId: string, peer: string): string {
  const own = hashBits(88, 'chat', sessionId, peer); // 48 bits stay below the ULID limit of 7ZZZZZZZZZ
  return `cht_${toBase32(own >> 40n, 10)}${peerHash(workspaceId, peer)}${toBase32(own & 0xff_ffff_ffffn, 8)}`;
}

/** The peer characters of a message or chat id. */
export const peerHashOf = (id: string): string => id.slice(14, 22);

/** By how a peer is written one can tell what it is. A group is none of these: it is nobody's identity. */
export type IdentityType = 'phone' | 'lid' | 'bsuid';

export function identityTypeOf(peer: string): IdentityType | undefined {
  if (peer.startsWith('+')) return 'phone';
  if (peer.endsWith('@lid')) return 'lid';
  return peer.includes('@') ? undefined : 'bsuid';
}

export const isPerson = (peer: string): boolean => identityTypeOf(peer) !== undefined;

/** The last known of a type: somebody with a new number is written to under that one. */
export const currentOf = (identities: readonly string[], type: IdentityType): string | null =>
  identities.findLast((identity) => identityTypeOf(identity) === type) ?? null;

/** All of both, once each; those of `later` are the current ones of their types. */
export const joined = (earlier: readonly string[], later: readonly string[]): readonly string[] =>
  later.reduce<readonly string[]>((all, identity) => {
    const type = identityTypeOf(identity);
    if (type === undefined || currentOf(all, type) === identity) return all;
    return [...all.filter((one) => one !== identity), identity];
  }, earlier);

/**
 * The peer a person's chats are kept under, whichever name they were called by: their number once it is known. Numbers
 * stand for themselves, so whoever has one needs no look-up.
 */
export const peerOf = (called: string, identities: readonly string[]): string =>
  identityTypeOf(called) === 'phone' ? called : (currentOf(identities, 'phone') ?? called);

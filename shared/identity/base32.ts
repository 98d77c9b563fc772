const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'; // Crockford's, as ULIDs use it
const VALUES = new Map(Array.from(ALPHABET, (char, value) => [char, BigInt(value)] as const));

/** Writes the low `chars × 5` bits of `value`, most significant first. */
export function toBase32(value: bigint, chars: number): string {
  let rest = value;
  let text = '';
  for (let i = 0; i < chars; i++) {
    text = ALPHABET[Number(rest & 31n)] + text;
    rest >>= 5n;
  }
  return text;
}

/** Throws a RangeError on a character that is not Crockford base32. */
export function fromBase32(text: string): bigint {
  let value = 0n;
  for (const char of text) {
    const digit = VALUES.get(char);
    if (digit === undefined) throw new RangeError(`${char} is not base32`);
    value = (value << 5n) | digit;
  }
  return value;
}

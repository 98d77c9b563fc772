interface Wanted {
  readonly range: string;
  readonly quality: number;
}

/** The offered content type a client likes best. The first one, if it says nothing or likes none: an answer beats a 406. */
export function preferredType<T extends string>(accept: string, offered: readonly [T, ...T[]]): T {
  const wanted = accept.split(',').map(parseRange).filter(({ quality }) => quality > 0).sort((a, b) => b.quality - a.quality);
  for (const { range } of wanted) {
    const type = offered.find((candidate) => isInRange(candidate, range));
    if (type !== undefined) return type;
  }
  return offered[0];
}

function parseRange(written: string): Wanted {
  const [range = '', ...parameters] = written.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  return { range, quality: quality === undefined ? 1 : Number(quality) || 0 };
}

const isInRange = (type: string, range: string): boolean =>
  range === '*/*' || range === type || (range.endsWith('/*') && type.startsWith(range.slice(0, -1)));

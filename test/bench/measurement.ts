import type { Stack } from '../e2e/stack.ts';

/** One line of a result table: what was measured, the figures, and how to read them. */
export interface Row {
  readonly what: string;
  readonly figures: Readonly<Record<string, string | number>>;
}

export interface BenchOptions {
  /** How often each rate is measured; the median is reported. */
  readonly repeat: number;
  /** Scales the sizes down for a quick look; 1 for figures worth keeping. */
  readonly scale: number;
  /** Of the density measurement. */
  readonly sessions: number;
  /** Parts of the names of the flags to try; undefined: all. */
  readonly candidates: readonly string[] | undefined;
  readonly progress: (text: string) => void;
}

export interface Measurement {
  readonly name: string;
  readonly title: string;
  /** Takes an hour: run only when it is named. */
  readonly isLong?: boolean;
  /** Closes what it opens, also when it fails. */
  run(options: BenchOptions): Promise<readonly Row[]>;
}

/** Runs `body` with a stack of its own and ends the stack in any case. */
export async function withStack<T>(start: () => Promise<Stack>, body: (stack: Stack) => Promise<T>): Promise<T> {
  const stack = await start();
  try {
    return await body(stack);
  } finally {
    await stack.close();
  }
}

/** How long to wait before each further attempt to fetch a file from Meta: a quarter of an hour in all. */
export const FILE_PAUSES_SECONDS: readonly number[] = [5, 30, 120, 300, 450];

/** By then a file is settled, unless its job was lost. */
export const FILE_LOST_AFTER_MS = 30 * 60_000;

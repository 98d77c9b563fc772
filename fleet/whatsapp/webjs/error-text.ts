/** What an error says; the library often throws bare strings. Cut short, as it may quote a page. */
export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 300);

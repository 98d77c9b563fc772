/** The headers of one try, without its signatures. `atMs`: when it is made, Unix ms. */
export const contentHeaders = (eventId: string, atMs: number) => ({
  'content-type': 'application/json',
  'user-agent': 'Blazz-Webhooks/1',
  'webhook-id': eventId,
  'webhook-timestamp': String(Math.floor(atMs / 1_000)),
});

import type { ServerResponse } from 'node:http';

/**
 * Requests that get no answer until their fault is cleared. A page waits for one synchronously, which
 * blocks its main thread for as long as the fault lasts without using the processor.
 */
export class HangingRequests {
  readonly #held = new Map<string, Set<ServerResponse>>();

  hold(number: string, response: ServerResponse): void {
    const held = this.#held.get(number) ?? new Set();
    this.#held.set(number, held.add(response));
    response.once('close', () => held.delete(response));
  }

  release(number: string): void {
    for (const response of this.#held.get(number) ?? []) response.writeHead(204).end();
    this.#held.delete(number);
  }
}

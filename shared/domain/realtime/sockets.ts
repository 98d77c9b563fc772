/** What became of a post. `gone`: the client has left; `failed`: it did not get it, in the time there is. */
export type PostOutcome = 'posted' | 'gone' | 'failed';

/** The open sockets, by connection id. Neither rejects. */
export interface Sockets {
  post(connectionId: string, text: string): Promise<PostOutcome>;
  /** Closes it from our side; does nothing if it is gone. */
  close(connectionId: string): Promise<void>;
}

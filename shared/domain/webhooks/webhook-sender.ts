/** What came of one POST to a customer's endpoint. */
export type SendOutcome =
  /** It answered; redirects count as answers, since none is followed. */
  | {
      readonly outcome: 'answered';
      readonly status: number;
      readonly retryAfterSeconds: number | undefined;
      /** The beginning of the answer; `null`: there was none, or it is no text. */
      readonly excerpt: string | null;
    }
  /** The address is not one we send to: it, or what its name resolves to, is not public. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** No answer in time, or none at all. */
  | { readonly outcome: 'unreachable'; readonly reason: string };

/** POSTs JSON to a URL someone else chose. Bounded in time and size; never rejects. */
export type SendWebhook = (url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<SendOutcome>;

/** Throws `webhook_target_refused`, naming `url`, unless the URL leads to public addresses only. */
export type CheckWebhookUrl = (url: string) => Promise<void>;

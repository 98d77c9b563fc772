/** What the caller should do about it; every boundary translates this and nothing else. */
export type ErrorKind = 'invalid' | 'forbidden' | 'not-found' | 'conflict' | 'throttled' | 'unavailable';

/** One field that was wrong, as a path such as `recipients.3.to`. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/**
 * A refusal that is part of our contract. `code` is stable and public, the message says what to do next.
 * `kind` alone decides the HTTP status, or whether a queue retries.
 */
export class DomainError extends Error {
  override readonly name: string = 'DomainError';
  readonly kind: ErrorKind;
  readonly code: string;
  readonly fields: readonly FieldError[];
  /** Seconds after which trying again makes sense. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    kind: ErrorKind,
    code: string,
    message: string,
    options: ErrorOptions & { fields?: readonly FieldError[]; retryAfterSeconds?: number } = {},
  ) {
    super(message, options);
    this.kind = kind;
    this.code = code;
    this.fields = options.fields ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

const notFound = (thing: string) => (id: string) =>
  new DomainError('not-found', `${thing}_not_found`, `No ${thing.replace('_', ' ')} ${id} in this workspace.`);

export const sessionNotFound = notFound('session');
export const messageNotFound = notFound('message');
export const chatNotFound = notFound('chat');
export const contactNotFound = notFound('contact');
export const contactImportNotFound = notFound('contact_import');
export const campaignNotFound = notFound('campaign');
export const webhookNotFound = notFound('webhook');
export const deliveryNotFound = notFound('delivery');
export const apiKeyNotFound = notFound('api_key');
export const mediaNotFound = notFound('media');
export const instanceNotFound = notFound('instance');
export const templateNotFound = notFound('template');

import type { FieldError } from '../../shared/domain/errors.ts';

/** What only HTTP can refuse: a path, a method, a content type. All else is a `DomainError`. */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fields: readonly FieldError[];

  constructor(
    status: number,
    code: string,
    message: string,
    options: ErrorOptions & { headers?: Readonly<Record<string, string>>; fields?: readonly FieldError[] } = {},
  ) {
    super(message, options);
    this.status = status;
    this.code = code;
    this.headers = options.headers ?? {};
    this.fields = options.fields ?? [];
  }
}

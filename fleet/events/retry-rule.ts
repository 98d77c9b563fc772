import { DomainError } from '../../shared/domain/errors.ts';

/** How long to wait before a batch is sent again: twice as long after each try, and at least as long as we were told. */
export interface RetryRule {
  readonly firstMs: number;
  readonly longestMs: number;
}

export function retryPauseMs({ firstMs, longestMs }: RetryRule, tries: number, error: unknown): number {
  const toldMs = error instanceof DomainError ? (error.retryAfterSeconds ?? 0) * 1_000 : 0;
  return Math.max(toldMs, Math.min(firstMs * 2 ** (tries - 1), longestMs));
}

/** Whether no other try will do. */
export const isFinal = (error: unknown): boolean => error instanceof DomainError && error.kind === 'invalid';

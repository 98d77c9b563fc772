/**
 * Forgets what was decided about keys, so that a revoked one is refused at once. Never rejects: what is not forgotten
 * expires within a minute.
 */
export type ForgetVerdicts = () => Promise<void>;

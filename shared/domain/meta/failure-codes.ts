import type { MessageFailure } from '../../contracts/message.ts';

/** Our stable codes for what Meta refuses; its own code is in the detail. */
const CODES: Readonly<Record<number, string>> = {
  190: 'credentials_invalid',
  200: 'credentials_invalid',
  10: 'permission_missing',
  368: 'policy_violation',
  100: 'invalid_parameter',
  130429: 'rate_limited',
  130472: 'recipient_in_experiment',
  130497: 'country_restricted',
  131005: 'permission_missing',
  131008: 'invalid_parameter',
  131009: 'invalid_parameter',
  131021: 'recipient_is_sender',
  131026: 'undeliverable',
  131030: 'recipient_not_allowed',
  131031: 'account_locked',
  131042: 'payment_issue',
  131045: 'number_not_registered',
  131047: 'window_closed',
  131048: 'spam_limit',
  131049: 'marketing_limit',
  131050: 'recipient_opted_out',
  131051: 'unsupported_type',
  131052: 'media_unavailable',
  131053: 'media_rejected',
  131056: 'pair_rate_limited',
  132000: 'template_parameters',
  132001: 'template_missing',
  132005: 'template_too_long',
  132007: 'template_policy',
  132012: 'template_parameters',
  132015: 'template_paused',
  132016: 'template_disabled',
  133010: 'number_not_registered',
};

/** @param reason in Meta's words, for people; bounded, as it may quote anything */
export function metaFailure(code: number, reason: string): MessageFailure {
  return { code: CODES[code] ?? 'meta_error', detail: `Meta ${code}: ${reason.slice(0, 300)}` };
}

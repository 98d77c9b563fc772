import type { Facts } from '../facts/facts.ts';
import { stepsBackwards } from './forward-only.ts';
import { lostIncoming } from './messages-in.ts';
import { lostMessages, repeatedMessages } from './messages-out.ts';
import { interleavedSenders } from './one-sender.ts';
import { lostLinks } from './same-link.ts';
import type { Violation } from './violation.ts';

const CHECKS: readonly ((facts: Facts) => readonly Violation[])[] = [
  lostMessages, lostIncoming, repeatedMessages, interleavedSenders, lostLinks, stepsBackwards,
];

/** Invariants I1 to I5 over what was collected. Empty: all hold. */
export const findViolations = (facts: Facts): readonly Violation[] => CHECKS.flatMap((check) => check(facts));

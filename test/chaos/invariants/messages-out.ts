import type { Facts, FinalMessage, HeldByPhone } from '../facts/facts.ts';
import type { Violation } from './violation.ts';

const OUT: readonly FinalMessage['status'][] = ['sent', 'delivered', 'read', 'played'];

const keyOf = (number: string, text: string): string => `${number} ${text}`;

const wholeOf = ({ id, to, text, status, failure }: FinalMessage): string =>
  `${id ?? 'no message'} ("${text}" to ${to}) is ${status}${failure === null ? '' : ` (${failure})`}`;

/** What a message's status may not say, given whether a phone holds it. */
function wrongAbout(message: FinalMessage, isHeld: boolean): string | undefined {
  const isOut = OUT.includes(message.status);
  if (isOut && !isHeld) return `${wholeOf(message)}, and no phone has it: lost`;
  if (isHeld && !isOut) return `${wholeOf(message)}, and the phone has it`;
  if (message.status === 'queued' || message.status === 'sending') return `${wholeOf(message)} although everything is at rest`;
  if (!isOut) return `${wholeOf(message)} although no fault explains that`;
  return undefined;
}

/** I1: what was accepted is with the phone it was for, and Blazz says so. None of our faults is a reason for `failed`. */
export function lostMessages({ messages, held }: Pick<Facts, 'messages' | 'held'>): readonly Violation[] {
  const holding = new Set(held.map(({ number, text }) => keyOf(number, text)));
  return messages.flatMap((message) => {
    const what = wrongAbout(message, holding.has(keyOf(message.to, message.text)));
    return what === undefined ? [] : [{ invariant: 'I1', what }];
  });
}

/** I2: no wire id came to a phone twice, and no text under two of them. */
export function repeatedMessages({ held }: Pick<Facts, 'held'>): readonly Violation[] {
  const first = new Map<string, HeldByPhone>();
  const violations: Violation[] = [];
  for (const one of held) {
    const { number, text, wireId, copies } = one;
    if (copies > 1) violations.push({ invariant: 'I2', what: `${number} has ${copies} copies of ${wireId} ("${text}")` });
    const earlier = first.get(keyOf(number, text));
    if (earlier) violations.push({ invariant: 'I2', what: `${number} has "${text}" as ${earlier.wireId} and as ${wireId}` });
    else first.set(keyOf(number, text), one);
  }
  return violations;
}

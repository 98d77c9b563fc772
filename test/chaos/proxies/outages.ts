import type { Forwarded } from '../../support/forward.ts';
import type { Rule, Verdict } from './fault-proxy.ts';

/** As if nobody listened: the connection breaks before anything is done. */
export const cut: Rule = () => 'break';

/** Takes the request and never answers; the caller's own limit ends it, or the end of the fault. */
export const hang = (over: Promise<void>): Rule => async (): Promise<Verdict> => {
  await over;
  return 'break';
};

/** What was asked for happens, and nobody is told: the worst a network can do. */
export const loseAnswers: Rule = async ({ forward }): Promise<Verdict> => {
  await forward();
  return 'break';
};

const THROTTLED_SHARE = 0.6;
const BROKEN_SHARE = 0.15;

const refusal = (status: number, type: string): Forwarded => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: Buffer.from(JSON.stringify({ __type: type, message: 'Refused by the chaos suite' })),
});

/** Refuses most requests for being too many, some with a 500. */
export function throttle(type: string, random: () => number): Rule {
  return () => {
    const drawn = random();
    if (drawn < THROTTLED_SHARE) return refusal(400, type);
    return drawn < THROTTLED_SHARE + BROKEN_SHARE ? refusal(500, 'InternalServerError') : 'pass';
  };
}

import * as z from 'zod';

const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of the day such as 21:00');

export function isTimeZone(timeZone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone }));
  } catch {
    return false;
  }
}

/** When campaigns of a session rest, by the clock on the wall of a time zone; over midnight if `to` is before `from`. */
export const DailyQuiet = z
  .strictObject({
    from: TimeOfDay,
    to: TimeOfDay,
    timeZone: z.string().max(64).refine(isTimeZone, 'must be a time zone such as Europe/Berlin'),
  })
  .refine(({ from, to }) => from !== to, { path: ['to'], message: 'must not be the same as from' });
export type DailyQuiet = z.infer<typeof DailyQuiet>;

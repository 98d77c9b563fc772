import { isTimeZone, type DailyQuiet } from '../../contracts/quiet-hours.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/** From one time of the day to another, as a clock on the wall of that zone shows them. Minutes since midnight. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
  /** IANA name, such as Europe/Berlin */
  readonly timeZone: string;
}

const FORM = /^([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-3]):([0-5]\d) (\S+)$/;

/** Reads `21:00-08:00 Europe/Berlin`. `undefined`: it is not that. */
export function parseQuietHours(text: string): QuietHours | undefined {
  const [, fromHour, fromMinute, toHour, toMinute, timeZone = ''] = FORM.exec(text) ?? [];
  if (!isTimeZone(timeZone)) return undefined;
  return { from: Number(fromHour) * 60 + Number(fromMinute), to: Number(toHour) * 60 + Number(toMinute), timeZone };
}

/** A session's own quiet hours, or the fleet's if it says nothing; `null` is none. */
export function quietHoursOf(own: DailyQuiet | null | undefined, fleets: QuietHours | undefined): QuietHours | undefined {
  if (own === undefined) return fleets;
  return own === null ? undefined : { from: minutesOf(own.from), to: minutesOf(own.to), timeZone: own.timeZone };
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

function minuteOfDay(now: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).formatToParts(now);
  const of = (type: 'hour' | 'minute'): number => Number(parts.find((part) => part.type === type)?.value);
  return of('hour') * 60 + of('minute');
}

/** Unix ms at which the quiet hours that `now` lies in are over; `now` outside of them. A change to summer time is met an hour off. */
export function quietUntil(quiet: QuietHours | undefined, now: number): number {
  if (!quiet) return now;
  const minute = minuteOfDay(now, quiet.timeZone);
  const length = (quiet.to - quiet.from + DAY_MINUTES) % DAY_MINUTES;
  const gone = (minute - quiet.from + DAY_MINUTES) % DAY_MINUTES;
  return gone < length ? now - (now % MINUTE_MS) + (length - gone) * MINUTE_MS : now;
}

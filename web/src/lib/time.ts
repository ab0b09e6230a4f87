/** Times as the viewer reads them. The page is in English, so the way of writing dates is English too. */
export interface Clock {
  readonly locale: string;
  /** An IANA zone; undefined is the viewer's own. */
  readonly timeZone: string | undefined;
}

const languages = typeof navigator === 'undefined' ? [] : navigator.languages;
export const viewerClock: Clock = {
  locale: languages.find((language) => language.startsWith('en')) ?? 'en-GB',
  timeZone: undefined,
};

const formats = new Map<string, Intl.DateTimeFormat>();

function format(date: Date, clock: Clock, options: Intl.DateTimeFormatOptions): string {
  const key = JSON.stringify([clock, options]);
  const known = formats.get(key);
  if (known) return known.format(date);
  const made = new Intl.DateTimeFormat(clock.locale, {
    ...options,
    ...(clock.timeZone && { timeZone: clock.timeZone }),
  });
  formats.set(key, made);
  return made.format(date);
}

export const dateOfTs = (ts: string): Date => new Date(Number.parseInt(ts, 10) * 1000);

/** "14:05" or "2:05 PM", by the viewer's custom. */
export const timeOfTs = (ts: string, clock = viewerClock): string =>
  format(dateOfTs(ts), clock, { hour: 'numeric', minute: '2-digit' });

/** The whole date and time, for titles. */
export const fullTimeOfTs = (ts: string, clock = viewerClock): string =>
  format(dateOfTs(ts), clock, { dateStyle: 'full', timeStyle: 'short' });

/** "3 Mar, 14:05", for sources. */
export const shortTimeOfTs = (ts: string, clock = viewerClock): string =>
  format(dateOfTs(ts), clock, { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' });

/** Equal for two moments of one day in the viewer's zone. */
export const dayOf = (date: Date, clock = viewerClock): string =>
  format(date, clock, { year: 'numeric', month: '2-digit', day: '2-digit' });

/** "Today", "Yesterday", or the date; the year only where it is not this one. */
export function dayLabel(ts: string, now: Date, clock = viewerClock): string {
  const date = dateOfTs(ts);
  const day = dayOf(date, clock);
  if (day === dayOf(now, clock)) return 'Today';
  if (day === dayOf(new Date(now.getTime() - 86_400_000), clock)) return 'Yesterday';
  const sameYear = format(date, clock, { year: 'numeric' }) === format(now, clock, { year: 'numeric' });
  return format(date, clock, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(sameYear ? {} : { year: 'numeric' }),
  });
}

import { useEffect, useState } from 'react';
import type { LiveEvent, Status, Stream } from '../api.ts';
import type { Live } from './use-live.ts';

/** What pup is doing right now: answers that grow, and what it reads before them. */
export interface Activity {
  readonly streams: readonly Stream[];
  readonly statuses: readonly Status[];
}

const nothing: Activity = { streams: [], statuses: [] };

function withStatus(activity: Activity, status: Status): Activity {
  const others = activity.statuses.filter(
    ({ channel, asked_ts }) => channel !== status.channel || asked_ts !== status.asked_ts,
  );
  return { ...activity, statuses: status.text ? [...others, status] : others };
}

function withStream(activity: Activity, stream: Stream): Activity {
  const known = activity.streams.some(({ key }) => key === stream.key);
  const streams = known
    ? activity.streams.map((other) => (other.key === stream.key ? stream : other))
    : [...activity.streams, stream];
  return { ...activity, streams };
}

function reduce(activity: Activity, event: LiveEvent): Activity {
  if (event.type === 'status') return withStatus(activity, event.status);
  if (event.type === 'stream') return withStream(activity, event.stream);
  // The server says again what is still under way.
  if (event.type === 'reconnected') return nothing;
  if (event.type !== 'message' || !event.message.key) return activity;
  const { key } = event.message;
  return { ...activity, streams: activity.streams.filter((stream) => stream.key !== key) };
}

export function useActivity(subscribe: Live['subscribe'], as: string | null): Activity {
  const [activity, setActivity] = useState(nothing);
  useEffect(() => {
    if (as) setActivity(nothing);
    return subscribe((event) => setActivity((before) => reduce(before, event)));
  }, [subscribe, as]);
  return activity;
}

const isAt = (channel: string, thread: string | null) => (item: Stream | Status) =>
  item.channel === channel && (item.thread_ts ?? null) === thread;

/** The part of the activity that belongs into a channel (`thread` null) or one of its threads. */
export function activityAt(activity: Activity, channel: string, thread: string | null): Activity {
  const here = isAt(channel, thread);
  return { streams: activity.streams.filter(here), statuses: activity.statuses.filter(here) };
}

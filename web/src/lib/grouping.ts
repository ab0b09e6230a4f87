import type { Message } from '../api.ts';
import { type Clock, dateOfTs, dayOf, viewerClock } from './time.ts';

export interface Group {
  readonly user: string;
  readonly messages: readonly Message[];
}

export interface Day {
  /** The first message's ts; stands for the day. */
  readonly ts: string;
  readonly groups: readonly Group[];
}

const GROUP_GAP_SECONDS = 5 * 60;

function joins(before: Message, message: Message): boolean {
  const gap = (dateOfTs(message.ts).getTime() - dateOfTs(before.ts).getTime()) / 1000;
  return before.user === message.user && gap < GROUP_GAP_SECONDS && before.sources.length === 0;
}

/** Sorted messages by day of the viewer's zone, and within it by author while the gaps are under five minutes. */
export function groupMessages(messages: readonly Message[], clock: Clock = viewerClock): Day[] {
  const days: { ts: string; groups: { user: string; messages: Message[] }[] }[] = [];
  let lastDay = '';
  for (const message of messages) {
    const date = dayOf(dateOfTs(message.ts), clock);
    if (date !== lastDay) days.push({ ts: message.ts, groups: [] });
    lastDay = date;
    const groups = days.at(-1)?.groups ?? [];
    const group = groups.at(-1);
    const before = group?.messages.at(-1);
    if (group && before && joins(before, message)) group.messages.push(message);
    else groups.push({ user: message.user, messages: [message] });
  }
  return days;
}

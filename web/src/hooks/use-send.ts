import { useCallback, useEffect, useRef } from 'react';
import { type Person, postMessage } from '../api.ts';
import { encodeText } from '../lib/mentions.ts';
import type { Live } from './use-live.ts';
import type { Visit } from './use-place.ts';

/** Sends messages of a person, and shows them at once rather than when the server's event comes. */
export function useSend(
  me: Person | null,
  people: readonly Person[],
  live: Live,
  report: (error: unknown) => void,
  onSent: (channel: string, ts: string) => void,
) {
  return useCallback(
    async (channel: string, typed: string, thread?: string): Promise<boolean> => {
      if (!me) return false;
      const text = encodeText(typed, people);
      try {
        const ts = await postMessage(channel, { as: me.id, text, ...(thread && { thread_ts: thread }) });
        const thread_ts = thread ?? null;
        const own = {
          ts,
          channel,
          user: me.id,
          text,
          thread_ts,
          reply_count: 0,
          is_pup: false,
          files: [],
          sources: [],
        };
        live.emit({ type: 'message', message: own, own: true });
        if (!thread) onSent(channel, ts);
        return true;
      } catch (error) {
        report(error);
        return false;
      }
    },
    [me, people, live, report, onSent],
  );
}

/** Opens the thread in which pup answers what was asked in the channel, unless another one is open. */
export function useFollowAnswer(
  visit: Visit,
  subscribe: Live['subscribe'],
  open: (channel: string, thread: string) => void,
): (channel: string, ts: string) => void {
  const asked = useRef(new Set<string>());
  const begun = useRef(new Set<string>());
  const place = useRef(visit.place);
  place.current = visit.place;

  const follow = useCallback(
    (channel: string, ts: string) => {
      const key = `${channel} ${ts}`;
      if (!asked.current.has(key) || !begun.current.has(key)) return;
      asked.current.delete(key);
      begun.current.delete(key);
      if (place.current?.channel === channel && !place.current.thread) open(channel, ts);
    },
    [open],
  );
  useEffect(
    () =>
      subscribe((event) => {
        if (event.type !== 'status' && event.type !== 'stream') return;
        const { channel, thread_ts } = event.type === 'status' ? event.status : event.stream;
        if (!thread_ts || (event.type === 'status' && !event.status.text)) return;
        begun.current.add(`${channel} ${thread_ts}`);
        follow(channel, thread_ts);
      }),
    [subscribe, follow],
  );
  // Pup may begin before the answer to the POST is here, so either of the two can come first.
  return useCallback(
    (channel, ts) => {
      asked.current.add(`${channel} ${ts}`);
      follow(channel, ts);
    },
    [follow],
  );
}

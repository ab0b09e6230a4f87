import { useEffect, useState } from 'react';
import { ApiError, fetchMessages, type LiveEvent, type Message } from '../api.ts';
import { addMissing, mergeMessages, removeMessage, updateMessages } from '../lib/message-list.ts';
import type { Live } from './use-live.ts';

const PAGE = 200;

export interface Thread {
  /** The root first, then the replies. */
  readonly messages: readonly Message[];
  readonly loading: boolean;
  readonly missing: boolean;
}

/** All pages of a thread; a page that brings nothing new ends it, whatever it says of more. */
async function fetchThread(channel: string, as: string, thread: string): Promise<Message[]> {
  let all: Message[] = [];
  let before: string | undefined;
  for (;;) {
    const options = { thread_ts: thread, limit: PAGE, ...(before && { before }) };
    const page = await fetchMessages(channel, as, options);
    const merged = mergeMessages(page.messages, all);
    const first = merged.find(({ ts }) => ts !== thread)?.ts;
    if (!page.has_more || merged.length === all.length || !first) return merged;
    all = merged;
    before = first;
  }
}

function applyEvent(
  messages: readonly Message[],
  event: LiveEvent,
  channel: string,
  thread: string,
): readonly Message[] {
  if (event.type === 'delete' && event.deleted.channel === channel) return removeMessage(messages, event.deleted.ts);
  if (event.type !== 'message' || event.message.channel !== channel) return messages;
  if (event.message.thread_ts === thread && event.own) return addMissing(messages, event.message);
  if (event.message.thread_ts === thread) return mergeMessages(messages, [event.message]);
  return updateMessages(messages, [event.message]);
}

export function useThreadMessages(
  channel: string,
  as: string,
  thread: string,
  subscribe: Live['subscribe'],
  report: (error: unknown) => void,
): Thread {
  const [state, setState] = useState<Thread>({ messages: [], loading: true, missing: false });
  useEffect(() => {
    let current = true;
    const load = (): void => {
      fetchThread(channel, as, thread).then(
        (loaded) =>
          current &&
          setState(({ loading, messages }) => ({
            // What events brought while the first page was on its way stays.
            messages: loading ? mergeMessages(messages, loaded) : loaded,
            loading: false,
            missing: false,
          })),
        (error: unknown) => {
          if (!current) return;
          const missing = error instanceof ApiError && (error.status === 403 || error.status === 404);
          setState((before) => ({ ...before, loading: false, missing }));
          if (!missing) report(error);
        },
      );
    };
    load();
    const unsubscribe = subscribe((event) => {
      if (event.type === 'reconnected') return load();
      setState((before) => ({ ...before, messages: applyEvent(before.messages, event, channel, thread) }));
    });
    return () => {
      current = false;
      unsubscribe();
    };
  }, [channel, as, thread, subscribe, report]);
  return state;
}

import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError, fetchMessages, type LiveEvent, type Message } from '../api.ts';
import { addMissing, compareTs, isReply, mergeMessages, removeMessage, updateMessages } from '../lib/message-list.ts';
import type { Live } from './use-live.ts';

const PAGE = 50;

export interface Conversation {
  readonly messages: readonly Message[];
  readonly loading: boolean;
  /** The person may not read it, or it does not exist. */
  readonly missing: boolean;
  readonly hasOlder: boolean;
  /** Newer messages exist behind a gap; they are not shown yet. */
  readonly detached: boolean;
  readonly loadOlder: () => void;
  readonly loadNewer: () => void;
  readonly showNewest: () => void;
}

interface State {
  readonly messages: readonly Message[];
  readonly loading: boolean;
  readonly missing: boolean;
  readonly hasOlder: boolean;
  readonly detached: boolean;
}

const start: State = { messages: [], loading: true, missing: false, hasOlder: false, detached: false };

interface Options {
  readonly channel: string;
  readonly as: string;
  /** A message that has to be in the list. */
  readonly wanted: string | undefined;
  /** Counts the navigations; with a new one `wanted` is loaded when it is not there. */
  readonly visit: number;
  readonly subscribe: Live['subscribe'];
  readonly report: (error: unknown) => void;
}

async function fetchAround(channel: string, as: string, ts: string): Promise<State> {
  const [near, newest] = await Promise.all([
    fetchMessages(channel, as, { around: ts, limit: PAGE }),
    fetchMessages(channel, as, { limit: PAGE }),
  ]);
  const last = near.messages.at(-1);
  const firstOfNewest = newest.messages[0];
  const detached = Boolean(last && firstOfNewest && compareTs(last.ts, firstOfNewest.ts) < 0);
  const messages = detached ? near.messages : mergeMessages(near.messages, newest.messages);
  // `has_more` of a middle page may speak of either end; asking once for older ones settles it.
  return { messages, loading: false, missing: false, hasOlder: messages.length > 0, detached };
}

async function fetchNewest(channel: string, as: string): Promise<State> {
  const page = await fetchMessages(channel, as, { limit: PAGE });
  return { messages: page.messages, loading: false, missing: false, hasOlder: page.has_more, detached: false };
}

/** Keeps what events brought while the first page was on its way. */
function withEarly(before: State, loaded: State): State {
  if (!before.loading || loaded.detached) return loaded;
  return { ...loaded, messages: mergeMessages(before.messages, loaded.messages) };
}

function applyEvent(state: State, event: LiveEvent, channel: string): State {
  if (event.type === 'delete' && event.deleted.channel === channel) {
    return { ...state, messages: removeMessage(state.messages, event.deleted.ts) };
  }
  if (event.type !== 'message' || event.message.channel !== channel || isReply(event.message)) return state;
  const { messages, detached, hasOlder } = state;
  const first = messages[0];
  // Not before the part that is shown, nor behind the gap: there it would stand beside the wrong neighbours.
  if (event.own && !detached) return { ...state, messages: addMissing(messages, event.message) };
  const outside = detached || (hasOlder && first && compareTs(event.message.ts, first.ts) < 0);
  const apply = outside ? updateMessages : mergeMessages;
  return { ...state, messages: apply(messages, [event.message]) };
}

/** The messages of a channel outside its threads: pages on demand, and kept current by events. */
export function useChannelMessages({ channel, as, wanted, visit, subscribe, report }: Options): Conversation {
  const [state, setState] = useState(start);
  const stateRef = useRef(state);
  stateRef.current = state;
  const busy = useRef(false);

  const fail = useCallback(
    (error: unknown) => {
      const missing = error instanceof ApiError && (error.status === 403 || error.status === 404);
      setState((before) => ({ ...before, loading: false, missing }));
      if (!missing) report(error);
    },
    [report],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new visit looks for the wanted message again
  useEffect(() => {
    const { loading, messages } = stateRef.current;
    if (!loading && (!wanted || messages.some(({ ts }) => ts === wanted))) return;
    let current = true;
    const load = wanted ? fetchAround(channel, as, wanted) : fetchNewest(channel, as);
    load.then(
      (loaded) => current && setState((before) => withEarly(before, loaded)),
      (error: unknown) => current && fail(error),
    );
    return () => {
      current = false;
    };
  }, [channel, as, wanted, visit, fail]);

  useEffect(() => {
    const refreshRoot = (ts: string): void => {
      // The root's count of replies is the server's to say.
      fetchMessages(channel, as, { around: ts, limit: 3 }).then(
        ({ messages }) => setState((before) => ({ ...before, messages: updateMessages(before.messages, messages) })),
        report,
      );
    };
    const refreshNewest = (): void => {
      if (stateRef.current.detached) return;
      fetchNewest(channel, as).then((loaded) => {
        const overlaps = stateRef.current.messages.some(({ ts }) => ts === loaded.messages[0]?.ts);
        if (!overlaps) return setState(loaded);
        const firstTs = loaded.messages[0]?.ts ?? '';
        const older = stateRef.current.messages.filter(({ ts }) => compareTs(ts, firstTs) < 0);
        setState((before) => ({ ...before, messages: mergeMessages(older, loaded.messages) }));
      }, fail);
    };
    return subscribe((event) => {
      if (event.type === 'reconnected') return refreshNewest();
      setState((before) => applyEvent(before, event, channel));
      if (event.type === 'message' && event.message.channel === channel && isReply(event.message)) {
        if (event.message.thread_ts) refreshRoot(event.message.thread_ts);
      }
      if (event.type === 'delete' && event.deleted.channel === channel) {
        // A deleted reply does not say whose thread it was in.
        if (!stateRef.current.messages.some(({ ts }) => ts === event.deleted.ts)) refreshNewest();
      }
    });
  }, [channel, as, subscribe, report, fail]);

  const extend = useCallback(
    async (load: () => Promise<Partial<State>>) => {
      if (busy.current) return;
      busy.current = true;
      try {
        const { messages = [], ...rest } = await load();
        setState((before) => ({ ...before, ...rest, messages: mergeMessages(before.messages, messages) }));
      } catch (error) {
        fail(error);
      } finally {
        busy.current = false;
      }
    },
    [fail],
  );

  const loadOlder = useCallback(() => {
    const first = stateRef.current.messages[0];
    if (!first || !stateRef.current.hasOlder) return;
    void extend(async () => {
      const page = await fetchMessages(channel, as, { before: first.ts, limit: PAGE });
      return { messages: page.messages, hasOlder: page.has_more && page.messages.length > 0 };
    });
  }, [channel, as, extend]);

  const loadNewer = useCallback(() => {
    const last = stateRef.current.messages.at(-1);
    if (!last || !stateRef.current.detached) return;
    void extend(async () => {
      const { messages, detached } = await fetchAround(channel, as, last.ts);
      return { messages, detached };
    });
  }, [channel, as, extend]);

  const showNewest = useCallback(() => {
    if (!stateRef.current.detached) return;
    fetchNewest(channel, as).then(setState, fail);
  }, [channel, as, fail]);

  return { ...state, loadOlder, loadNewer, showNewest };
}

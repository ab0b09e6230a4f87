import { useCallback, useEffect, useRef, useState } from 'react';
import { eventsUrl, type LiveEvent, liveEventNames, parseLiveEvent } from '../api.ts';

export type Listener = (event: LiveEvent) => void;

export interface Live {
  readonly subscribe: (listener: Listener) => () => void;
  /** Tells the listeners of this page what it has just done itself, before the server's event comes. */
  readonly emit: Listener;
  /** False from a lost connection until it is back. */
  readonly connected: boolean;
}

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 10_000;

/** One stream of events for the person, opened again for as long as the page lives. */
export function useLive(as: string | null, report: (error: unknown) => void): Live {
  const listeners = useRef(new Set<Listener>());
  const [connected, setConnected] = useState(true);
  const emit = useCallback<Listener>((event) => {
    for (const listener of [...listeners.current]) listener(event);
  }, []);
  const subscribe = useCallback((listener: Listener) => {
    listeners.current.add(listener);
    return () => {
      listeners.current.delete(listener);
    };
  }, []);

  useEffect(() => {
    if (!as) return;
    let source: EventSource | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wait = FIRST_RETRY_MS;
    let lost = false;
    const open = (): void => {
      source = new EventSource(eventsUrl(as));
      source.onopen = () => {
        wait = FIRST_RETRY_MS;
        setConnected(true);
        if (lost) emit({ type: 'reconnected' });
        lost = false;
      };
      source.onerror = () => {
        lost = true;
        setConnected(false);
        // After an HTTP error the browser gives up; after a lost connection it tries again itself.
        if (source?.readyState !== EventSource.CLOSED) return;
        timer = setTimeout(open, wait);
        wait = Math.min(wait * 2, LAST_RETRY_MS);
      };
      for (const name of liveEventNames) {
        source.addEventListener(name, (event) => {
          try {
            emit(parseLiveEvent(name, event.data));
          } catch (error) {
            report(error);
          }
        });
      }
    };
    open();
    return () => {
      clearTimeout(timer);
      source?.close();
    };
  }, [as, emit, report]);

  return { subscribe, emit, connected };
}

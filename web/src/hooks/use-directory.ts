import { useCallback, useEffect, useState } from 'react';
import { type Channel, fetchChannels, fetchPeople, fetchSuggestions, type Person } from '../api.ts';
import type { Live } from './use-live.ts';

/** The people and the suggested questions; fetched once, and again on `retry`. */
export function usePeople(report: (error: unknown) => void): {
  readonly people: readonly Person[] | null;
  readonly suggestions: readonly string[];
  readonly retry: () => void;
} {
  const [people, setPeople] = useState<readonly Person[] | null>(null);
  const [suggestions, setSuggestions] = useState<readonly string[]>([]);
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt fetches again
  useEffect(() => {
    fetchPeople().then(setPeople, report);
    fetchSuggestions().then((all) => setSuggestions(all.slice(0, 3)), report);
  }, [attempt, report]);
  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  return { people, suggestions, retry };
}

/** What one person may read. */
export interface Readable {
  readonly as: string;
  readonly channels: readonly Channel[];
}

/** The channels that the person may read. After a change of person still those of the last one, until they are known. */
export function useChannels(
  as: string | null,
  subscribe: Live['subscribe'],
  report: (error: unknown) => void,
): Readable | null {
  const [known, setKnown] = useState<Readable | null>(null);
  useEffect(() => {
    if (!as) return;
    let current = true;
    const load = (): void => {
      fetchChannels(as).then((channels) => {
        if (current) setKnown({ as, channels });
      }, report);
    };
    load();
    const unsubscribe = subscribe((event) => {
      if (event.type === 'channels' || event.type === 'reconnected') load();
    });
    return () => {
      current = false;
      unsubscribe();
    };
  }, [as, subscribe, report]);
  return known;
}

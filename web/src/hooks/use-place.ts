import { useCallback, useEffect, useState } from 'react';
import { formatHash, type Place, parseHash } from '../lib/hash.ts';

export type Navigate = (place: Place, options?: { readonly replace?: boolean }) => void;

export interface Visit {
  readonly place: Place | null;
  /** Counts every navigation, also one to the place where we are already: it highlights again. */
  readonly count: number;
}

/** The place that the address shows, and the one way to go elsewhere. */
export function usePlace(): { readonly visit: Visit; readonly navigate: Navigate } {
  const [visit, setVisit] = useState<Visit>(() => ({ place: parseHash(window.location.hash), count: 0 }));
  const read = useCallback(() => {
    setVisit(({ count }) => ({ place: parseHash(window.location.hash), count: count + 1 }));
  }, []);
  useEffect(() => {
    window.addEventListener('hashchange', read);
    return () => window.removeEventListener('hashchange', read);
  }, [read]);
  const navigate = useCallback<Navigate>(
    (place, options) => {
      const hash = formatHash(place);
      if (window.location.hash === hash) return read();
      if (!options?.replace) {
        window.location.hash = hash;
        return;
      }
      window.history.replaceState(null, '', hash);
      read();
    },
    [read],
  );
  return { visit, navigate };
}

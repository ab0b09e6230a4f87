import { useEffect, useState } from 'react';

const HIGHLIGHT_MS = 4000;

/** The ts that is highlighted now: `ts` for a while after each visit, counted from when it is on the page. */
export function useHighlight(ts: string | undefined, visit: number, present: boolean): string | null {
  const [ended, setEnded] = useState<string | null>(null);
  const key = `${visit} ${ts}`;
  useEffect(() => {
    if (!present) return;
    const timer = setTimeout(() => setEnded(key), HIGHLIGHT_MS);
    return () => clearTimeout(timer);
  }, [key, present]);
  return ts && present && ended !== key ? ts : null;
}

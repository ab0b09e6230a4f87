import { useCallback, useState } from 'react';

function read(key: string): string | null {
  try {
    return window.localStorage.getItem(key);
  } catch {
    // Storage is switched off in this browser: nothing is remembered.
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    window.localStorage.setItem(key, value);
  } catch {
    // As above; the value still holds until the page is closed.
  }
}

/** A value that this browser remembers. */
export function useStored(key: string): readonly [string | null, (value: string) => void] {
  const [value, setValue] = useState(() => read(key));
  const store = useCallback(
    (next: string) => {
      write(key, next);
      setValue(next);
    },
    [key],
  );
  return [value, store];
}

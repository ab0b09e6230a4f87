import { type Dispatch, type SetStateAction, useCallback, useState } from 'react';

/** What was typed and not sent, per composer, for as long as the page lives. */
const drafts = new Map<string, string>();

export function useDraft(
  key: string | undefined,
  initial: string,
): readonly [string, Dispatch<SetStateAction<string>>] {
  const [text, setText] = useState(() => (key && drafts.get(key)) || initial);
  const store = useCallback<Dispatch<SetStateAction<string>>>(
    (next) => {
      setText((before) => {
        const after = typeof next === 'function' ? next(before) : next;
        if (key) drafts.set(key, after);
        return after;
      });
    },
    [key],
  );
  return [text, store];
}

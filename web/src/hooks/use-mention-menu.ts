import { type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from 'react';
import type { Person } from '../api.ts';
import { findPeople, insertMention, type MentionQuery, mentionAt, mentionLabel } from '../lib/mentions.ts';

const noPeople: readonly Person[] = [];

/** The list of people that `@` opens at the caret of a textarea. */
export function useMentionMenu(
  area: RefObject<HTMLTextAreaElement | null>,
  text: string,
  setText: (text: string) => void,
  people: readonly Person[],
) {
  const [query, setQuery] = useState<MentionQuery | null>(null);
  const [active, setActive] = useState(0);
  const caret = useRef<number | null>(null);

  useLayoutEffect(() => {
    if (caret.current === null || area.current?.value !== text) return;
    area.current.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  }, [area, text]);

  const found = query ? findPeople(query.query, people) : noPeople;
  const close = (): void => setQuery(null);
  const update = (element: HTMLTextAreaElement): void => {
    const next =
      element.selectionStart === element.selectionEnd ? mentionAt(element.value, element.selectionStart) : null;
    if (next?.query !== query?.query) setActive(0);
    setQuery((before) => (before?.start === next?.start && before?.query === next?.query ? before : next));
  };
  const pick = (person: Person): void => {
    if (!query) return;
    const end = query.start + 1 + query.query.length;
    const inserted = insertMention(text, end, query, mentionLabel(person, people));
    caret.current = inserted.caret;
    setText(inserted.text);
    close();
    area.current?.focus();
  };
  /** True when the key was for the menu. */
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (found.length === 0) return false;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const person = found[active];
    if (step !== 0) setActive((active + step + found.length) % found.length);
    else if (event.key === 'Escape') close();
    else if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey && person) pick(person);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  return { people: found, active, update, pick, close, onKeyDown };
}

import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';

const NEAR_PX = 80;
const PAGE_PX = 300;

interface Options {
  readonly firstTs: string | undefined;
  /** The message to bring into view, once per visit. */
  readonly target: string | undefined;
  /** In the middle of the view, as for a message that is highlighted; else just into view. */
  readonly centre: boolean;
  readonly visit: number;
  readonly onTop?: (() => void) | undefined;
  readonly onBottom?: (() => void) | undefined;
}

/** Keeps a list at its end while it grows, and in its place while older messages come in above. */
export function useScroll(box: RefObject<HTMLDivElement | null>, options: Options) {
  const { firstTs, target, centre, visit, onTop, onBottom } = options;
  const follows = useRef(true);
  const height = useRef(0);
  const shownFirst = useRef<string | undefined>(undefined);
  const visited = useRef('');
  const [away, setAway] = useState(false);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const key = `${visit} ${target}`;
    const found = target && visited.current !== key ? element.querySelector(`[data-ts="${target}"]`) : null;
    if (found) {
      visited.current = key;
      found.scrollIntoView({ block: centre ? 'center' : 'nearest' });
      follows.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
    } else if (follows.current) {
      element.scrollTop = element.scrollHeight;
    } else if (shownFirst.current !== firstTs) {
      element.scrollTop += element.scrollHeight - height.current;
    }
    shownFirst.current = firstTs;
    height.current = element.scrollHeight;
  });

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    // The composer grows, the window turns, a message is edited: the end stays in view.
    const observer = new ResizeObserver(() => {
      if (follows.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    if (element.firstElementChild) observer.observe(element.firstElementChild);
    return () => observer.disconnect();
  }, [box]);

  const onScroll = (): void => {
    const element = box.current;
    if (!element) return;
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    follows.current = below < NEAR_PX;
    setAway(below > element.clientHeight);
    if (element.scrollTop < PAGE_PX) onTop?.();
    if (below < PAGE_PX) onBottom?.();
  };
  const toEnd = (): void => {
    follows.current = true;
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  };
  return { onScroll, toEnd, away };
}

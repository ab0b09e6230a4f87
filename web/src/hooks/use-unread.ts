import { useEffect, useState } from 'react';
import type { Live } from './use-live.ts';

/** The channels in which somebody else wrote since the person last looked, in this tab. */
export function useUnread(
  subscribe: Live['subscribe'],
  as: string | null,
  current: string | null,
): ReadonlySet<string> {
  const [unread, setUnread] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    if (as) setUnread(new Set());
  }, [as]);
  useEffect(() => {
    setUnread((before) => new Set([...before].filter((channel) => channel !== current)));
    return subscribe((event) => {
      if (event.type !== 'message') return;
      const { channel, user, edited_ts } = event.message;
      if (channel === current || user === as || edited_ts) return;
      setUnread((before) => new Set([...before, channel]));
    });
  }, [subscribe, as, current]);
  return unread;
}

import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useActivity } from '../hooks/use-activity.ts';
import { useChannels, usePeople } from '../hooks/use-directory.ts';
import { useLive } from '../hooks/use-live.ts';
import { usePlace } from '../hooks/use-place.ts';
import { useProblem } from '../hooks/use-problem.ts';
import { useFollowAnswer, useSend } from '../hooks/use-send.ts';
import { useStored } from '../hooks/use-stored.ts';
import { useUnread } from '../hooks/use-unread.ts';
import { channelTitle, type Workspace, WorkspaceContext } from '../hooks/use-workspace.ts';
import { Banner } from './banner.tsx';
import { ChannelPane } from './channel-pane.tsx';
import type { ComposerHandle } from './composer.tsx';
import { NoAccess } from './no-access.tsx';
import { Sidebar } from './sidebar.tsx';
import { ThreadPane } from './thread-pane.tsx';

const lost = {
  what: 'The connection to pup is lost',
  help: 'Check that pup still runs (npm start); this page tries again by itself.',
};

export function App(): ReactNode {
  const { problem, report, dismiss } = useProblem();
  const { people, suggestions, retry } = usePeople(report);
  const [stored, setPerson] = useStored('pup.person');
  const { visit, navigate } = usePlace();
  const [menuOpen, setMenuOpen] = useState(false);
  const [followed, setFollowed] = useState<string | null>(null);
  const composer = useRef<ComposerHandle>(null);

  const speakers = people?.filter((person) => !person.is_bot && !person.is_pup);
  const chosen = speakers?.find(({ id }) => id === stored) ?? speakers?.[0] ?? null;
  const pup = people?.find((person) => person.is_pup) ?? null;
  const as = chosen?.id ?? null;
  const { subscribe, emit, connected } = useLive(as, report);
  const live = useMemo(() => ({ subscribe, emit, connected }), [subscribe, emit, connected]);
  const activity = useActivity(subscribe, as);
  const readable = useChannels(as, subscribe, report);
  const channels = readable?.channels ?? null;
  // The page stays with the last person until the channels of the new one are known.
  const me = speakers?.find(({ id }) => id === readable?.as) ?? null;
  const place = visit.place;
  const unread = useUnread(subscribe, as, place?.channel ?? null);
  const openAnswer = useCallback(
    (channel: string, thread: string) => {
      setFollowed(thread);
      navigate({ channel, thread });
    },
    [navigate],
  );
  const onSent = useFollowAnswer(visit, subscribe, openAnswer);
  const send = useSend(me, people ?? [], live, report, onSent);
  const channel = channels?.find(({ id }) => id === place?.channel);

  // After a change of person: stay where that person may be, else start at the same kind of place.
  const switched = useRef<'direct' | 'other' | null>(null);
  const onPerson = (id: string): void => {
    switched.current = channel?.kind === 'direct' ? 'direct' : 'other';
    setPerson(id);
  };
  useEffect(() => {
    const settled = readable?.as === as;
    if (!channels || !settled || channel) {
      if (settled) switched.current = null;
      return;
    }
    if (place && !switched.current) return;
    const direct = channels.find(({ kind }) => kind === 'direct');
    const general = channels.find(({ name, kind }) => kind === 'public' && name === 'general');
    const first = general ?? channels.find(({ archived }) => !archived) ?? channels[0];
    const next = switched.current === 'direct' ? (direct ?? first) : first;
    switched.current = null;
    if (next) navigate({ channel: next.id }, { replace: true });
  }, [channels, channel, place, navigate, readable, as]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: every visit closes the list of channels
  useEffect(() => setMenuOpen(false), [visit.count]);

  useEffect(() => {
    if (!menuOpen) return;
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') setMenuOpen(false);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [menuOpen]);

  const workspace = useMemo<Workspace | null>(
    () =>
      me && people && channels
        ? { me, people, pup, channels, suggestions, activity, live, navigate, report, send }
        : null,
    [me, people, pup, channels, suggestions, activity, live, navigate, report, send],
  );
  useEffect(() => {
    document.title = workspace && channel ? `${channelTitle(channel, workspace)} · pup` : 'pup';
  }, [workspace, channel]);

  const shown = connected ? problem : lost;
  const banner = shown && (
    <Banner
      problem={shown}
      onDismiss={connected ? dismiss : undefined}
      onRetry={
        people
          ? undefined
          : () => {
              dismiss();
              retry();
            }
      }
    />
  );
  if (!workspace) {
    const nobody = people && !chosen;
    return (
      <div className="opening">
        {banner ?? <p>{nobody ? 'There is nobody here yet. Import a Slack export, then reload.' : 'Opening…'}</p>}
      </div>
    );
  }
  return (
    <WorkspaceContext value={workspace}>
      <div className={`app${menuOpen ? ' menu-open' : ''}${place?.thread && channel ? ' with-thread' : ''}`}>
        <div className="sidebar">
          <Sidebar current={place?.channel ?? null} unread={unread} onPerson={onPerson} />
        </div>
        {menuOpen && (
          <button type="button" className="scrim" aria-label="Close the list" onClick={() => setMenuOpen(false)} />
        )}
        {banner}
        {channel && place ? (
          <ChannelPane
            key={`${workspace.me.id} ${channel.id}`}
            channel={channel}
            place={place}
            visit={visit.count}
            composer={composer}
            onMenu={() => setMenuOpen(true)}
          />
        ) : (
          <NoAccess onMenu={() => setMenuOpen(true)} />
        )}
        {channel && place?.thread && (
          <ThreadPane
            key={`${workspace.me.id} ${channel.id} ${place.thread}`}
            channel={channel}
            thread={place.thread}
            highlight={place.ts}
            visit={visit.count}
            takeFocus={followed !== place.thread}
          />
        )}
      </div>
    </WorkspaceContext>
  );
}

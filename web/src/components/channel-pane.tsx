import { type ReactNode, type RefObject, useCallback, useState } from 'react';
import type { Channel } from '../api.ts';
import { useChannelMessages } from '../hooks/use-channel-messages.ts';
import type { Visit } from '../hooks/use-place.ts';
import { useStored } from '../hooks/use-stored.ts';
import { channelTitle, useWorkspace } from '../hooks/use-workspace.ts';
import type { Place } from '../lib/hash.ts';
import { Composer, type ComposerHandle } from './composer.tsx';
import { Icon, PupMark } from './icons.tsx';
import { MessageList } from './message-list.tsx';
import { NoAccess } from './no-access.tsx';
import { Suggestions } from './suggestions.tsx';

interface Props {
  readonly channel: Channel;
  readonly place: Place;
  readonly visit: Visit['count'];
  readonly composer: RefObject<ComposerHandle | null>;
  readonly onMenu: () => void;
}

function ChannelHeader({ channel, onMenu }: Pick<Props, 'channel' | 'onMenu'>): ReactNode {
  const workspace = useWorkspace();
  const title = channelTitle(channel, workspace);
  const count = channel.members.length;
  const isDirect = channel.kind === 'direct';
  return (
    <header className="pane-header">
      <button type="button" className="icon-button menu-button" aria-label="Channels and people" onClick={onMenu}>
        <Icon name="menu" />
      </button>
      <h2>
        {channel.kind === 'private' && <Icon name="lock" />}
        {channel.kind === 'private' ? title.slice(1) : title}
      </h2>
      <span className="pane-note">
        {isDirect ? 'only you and pup read this' : count > 0 && (count === 1 ? '1 member' : `${count} members`)}
      </span>
    </header>
  );
}

function Start({
  channel,
  onAsk,
}: {
  readonly channel: Channel;
  readonly onAsk: (question: string) => void;
}): ReactNode {
  const workspace = useWorkspace();
  if (channel.kind !== 'direct') {
    return (
      <p className="empty">Nothing was said in {channelTitle(channel, workspace)} yet. Write the first message.</p>
    );
  }
  return (
    <div className="welcome">
      <span className="avatar large pup" aria-hidden="true">
        <PupMark />
      </span>
      <h3>Ask pup what was said</h3>
      <p className="welcome-text">
        pup remembers what you may read in this workspace, and answers with links to the messages that it used.
      </p>
      <Suggestions onPick={onAsk} />
    </div>
  );
}

export function ChannelPane({ channel, place, visit, composer, onMenu }: Props): ReactNode {
  const workspace = useWorkspace();
  const { me, live, report, navigate, send } = workspace;
  const [editing, setEditing] = useState<string | null>(null);
  const [hinted, setHinted] = useStored('pup.hinted');
  const inThread = place.thread !== undefined;
  const target = place.thread ?? place.ts;
  const list = useChannelMessages({
    channel: channel.id,
    as: me.id,
    wanted: target,
    visit,
    subscribe: live.subscribe,
    report,
  });
  const { messages, loading, hasOlder, detached } = list;
  const empty = !loading && messages.length === 0 && !hasOlder;
  const title = channelTitle(channel, workspace);
  const openThread = useCallback((ts: string) => navigate({ channel: channel.id, thread: ts }), [navigate, channel.id]);

  const ask = (question: string): void => {
    setHinted('yes');
    composer.current?.submit(`@pup ${question}`);
  };
  const onSend = (text: string): Promise<boolean> => {
    list.showNewest();
    return send(channel.id, text);
  };
  const editLast = (): void => {
    const own = messages.findLast(({ user }) => user === me.id);
    if (own) setEditing(own.ts);
  };
  const onEdit = useCallback(
    (ts: string | null) => {
      setEditing(ts);
      if (ts === null) composer.current?.focus();
    },
    [composer],
  );

  if (list.missing) return <NoAccess onMenu={onMenu} />;
  const start = empty ? (
    <Start channel={channel} onAsk={ask} />
  ) : (
    <ListTop
      loading={loading}
      hasOlder={hasOlder}
      title={channel.kind === 'direct' ? `your conversation with ${title}` : title}
    />
  );
  return (
    <main className="pane" aria-label={title}>
      <ChannelHeader channel={channel} onMenu={onMenu} />
      <MessageList
        label={`Messages in ${title}`}
        channel={channel.id}
        thread={null}
        messages={messages}
        highlight={inThread && place.ts !== place.thread ? undefined : place.ts}
        target={target}
        visit={visit}
        editing={editing}
        onEdit={onEdit}
        onThread={openThread}
        onTop={list.loadOlder}
        onBottom={list.loadNewer}
        onNewest={list.showNewest}
        detached={detached}
        before={start}
      />
      {!hinted && !empty && !loading && !channel.archived && (
        <Suggestions onPick={ask} onDismiss={() => setHinted('yes')} />
      )}
      {channel.archived ? (
        <p className="archived-note">This channel is archived: it can be read, and nothing can be written.</p>
      ) : (
        <Composer
          testId="composer"
          label={`Message to ${title}`}
          placeholder={channel.kind === 'direct' ? 'Ask pup anything that was said' : `Message ${title}, or ask @pup`}
          draftKey={`${me.id} ${channel.id}`}
          autoFocus={!inThread}
          handle={composer}
          onSend={onSend}
          onArrowUp={editLast}
        />
      )}
    </main>
  );
}

function ListTop({
  loading,
  hasOlder,
  title,
}: {
  readonly loading: boolean;
  readonly hasOlder: boolean;
  readonly title: string;
}): ReactNode {
  if (loading || hasOlder)
    return <p className="list-top">{loading ? 'Loading…' : 'Older messages load as you scroll up'}</p>;
  return <p className="list-top">This is where {title} begins</p>;
}

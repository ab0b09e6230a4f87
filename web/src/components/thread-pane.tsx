import { type KeyboardEvent, type ReactNode, useCallback, useRef, useState } from 'react';
import type { Channel } from '../api.ts';
import { useThreadMessages } from '../hooks/use-thread-messages.ts';
import { channelTitle, useWorkspace } from '../hooks/use-workspace.ts';
import { Composer, type ComposerHandle } from './composer.tsx';
import { Icon } from './icons.tsx';
import { MessageList } from './message-list.tsx';

interface Props {
  readonly channel: Channel;
  readonly thread: string;
  readonly highlight: string | undefined;
  readonly visit: number;
  /** False where pup's answer opened the thread: the focus stays where the person writes. */
  readonly takeFocus: boolean;
}

export function ThreadPane({ channel, thread, highlight, visit, takeFocus }: Props): ReactNode {
  const workspace = useWorkspace();
  const { me, live, report, navigate, send } = workspace;
  const { messages, loading, missing } = useThreadMessages(channel.id, me.id, thread, live.subscribe, report);
  const [editing, setEditing] = useState<string | null>(null);
  const composer = useRef<ComposerHandle>(null);
  const gone = missing || (!loading && messages.length === 0);
  const close = (): void => navigate({ channel: channel.id });
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') close();
  };
  const onEdit = useCallback((ts: string | null) => {
    setEditing(ts);
    if (ts === null) composer.current?.focus();
  }, []);
  const editLast = (): void => {
    const own = messages.findLast(({ user }) => user === me.id);
    if (own) setEditing(own.ts);
  };
  return (
    <aside className="pane thread-pane" aria-label="Thread" data-testid="thread-pane" onKeyDown={onKeyDown}>
      <header className="pane-header">
        <h2>Thread</h2>
        <span className="pane-note">{channelTitle(channel, workspace)}</span>
        <button
          type="button"
          className="icon-button close-button"
          aria-label="Close the thread"
          title="Close (Esc)"
          onClick={close}
        >
          <Icon name="close" />
        </button>
      </header>
      <MessageList
        label="Messages in the thread"
        channel={channel.id}
        thread={thread}
        messages={messages}
        highlight={highlight}
        target={highlight}
        visit={visit}
        editing={editing}
        onEdit={onEdit}
        before={
          gone ? (
            <p className="empty">This thread is no longer here: its first message was deleted.</p>
          ) : (
            loading && <p className="list-top">Loading…</p>
          )
        }
      />
      {!channel.archived && !gone && (
        <Composer
          testId="thread-composer"
          label="Reply in the thread"
          placeholder="Reply, or ask @pup"
          draftKey={`${me.id} ${channel.id} ${thread}`}
          autoFocus={takeFocus}
          handle={composer}
          onSend={(text) => send(channel.id, text, thread)}
          onArrowUp={editLast}
        />
      )}
    </aside>
  );
}

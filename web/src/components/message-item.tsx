import { memo, type ReactNode, useState } from 'react';
import { deleteMessage, editMessage, type Message } from '../api.ts';
import { useWorkspace } from '../hooks/use-workspace.ts';
import { formatHash, placeOfMessage } from '../lib/hash.ts';
import { decodeText, encodeText } from '../lib/mentions.ts';
import { fullTimeOfTs, timeOfTs } from '../lib/time.ts';
import { Composer } from './composer.tsx';
import { Icon } from './icons.tsx';
import { MessageActions } from './message-actions.tsx';
import { MessageText } from './message-text.tsx';
import { PupText } from './pup-text.tsx';
import { Sources } from './sources.tsx';

interface Props {
  readonly message: Message;
  readonly highlighted: boolean;
  /** The first of its group shows its time beside the name; the others show it on the left, on hover. */
  readonly first: boolean;
  readonly editing: boolean;
  readonly onEdit: (ts: string | null) => void;
  /** Opens the thread; undefined inside a thread. */
  readonly onThread?: ((ts: string) => void) | undefined;
  /** What pup is doing in the message's thread. */
  readonly activity?: string | undefined;
}

function Files({ files }: { readonly files: Message['files'] }): ReactNode {
  if (files.length === 0) return null;
  return (
    <ul className="files" aria-label="Files">
      {files.map(({ name }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two files may have one name, and their order stays
        <li key={`${index} ${name}`} className="file">
          <Icon name="file" /> {name}
        </li>
      ))}
    </ul>
  );
}

function ThreadSummary({ message, onThread, activity }: Pick<Props, 'message' | 'onThread' | 'activity'>): ReactNode {
  const count = message.reply_count;
  if (!onThread || (count === 0 && !activity)) return null;
  return (
    <button type="button" className="thread-summary" data-testid="thread-summary" onClick={() => onThread(message.ts)}>
      <Icon name="reply" />
      {count > 0 && <span>{count === 1 ? '1 reply' : `${count} replies`}</span>}
      {activity && <span className="busy">{activity}</span>}
    </button>
  );
}

function Body({ message }: { readonly message: Message }): ReactNode {
  return (
    <>
      {message.is_pup ? (
        <PupText text={message.text} />
      ) : (
        <MessageText text={message.text} edited={Boolean(message.edited_ts)} />
      )}
      <Files files={message.files} />
      <Sources sources={message.sources} />
    </>
  );
}

export const MessageItem = memo(function MessageItem(props: Props): ReactNode {
  const { message, highlighted, first, editing, onEdit, onThread, activity } = props;
  const { me, people, live, report } = useWorkspace();
  const [confirming, setConfirming] = useState(false);
  const { channel, ts } = message;

  const save = async (typed: string): Promise<boolean> => {
    const text = encodeText(typed, people);
    try {
      if (text !== message.text) await editMessage(channel, ts, me.id, text);
    } catch (error) {
      report(error);
      return false;
    }
    if (text !== message.text) live.emit({ type: 'message', message: { ...message, text, edited_ts: ts } });
    onEdit(null);
    return true;
  };
  const remove = (): void => {
    deleteMessage(channel, ts, me.id).then(() => live.emit({ type: 'delete', deleted: { channel, ts } }), report);
  };
  const copyLink = async (): Promise<boolean> => {
    const url = new URL(formatHash(placeOfMessage(message)), window.location.href);
    try {
      await navigator.clipboard.writeText(url.href);
      return true;
    } catch (error) {
      report(error);
      return false;
    }
  };

  return (
    <article
      className={`message${highlighted ? ' highlighted' : ''}${editing ? ' editing' : ''}`}
      data-testid="message"
      data-ts={ts}
      data-pup={message.is_pup || undefined}
    >
      {!first && (
        <time className="side-time" dateTime={new Date(Number(ts) * 1000).toISOString()} title={fullTimeOfTs(ts)}>
          {timeOfTs(ts)}
        </time>
      )}
      {editing ? (
        <Composer
          testId="edit-composer"
          label="Edit the message"
          initial={decodeText(message.text, people)}
          onSend={save}
          onCancel={() => onEdit(null)}
        />
      ) : (
        <Body message={message} />
      )}
      <ThreadSummary message={message} onThread={onThread} activity={activity} />
      {confirming && (
        <div className="confirm" role="alertdialog" aria-label="Delete this message?">
          <span>Delete this message? pup forgets it too.</span>
          {/* biome-ignore lint/a11y/noAutofocus: the question follows a key or a click of the person */}
          <button type="button" className="danger" autoFocus onClick={remove}>
            Delete
          </button>
          <button type="button" onClick={() => setConfirming(false)}>
            Keep
          </button>
        </div>
      )}
      {!editing && !confirming && (
        <MessageActions
          onThread={onThread && (() => onThread(ts))}
          onCopy={copyLink}
          onEdit={message.user === me.id ? () => onEdit(ts) : undefined}
          onDelete={message.user === me.id ? () => setConfirming(true) : undefined}
        />
      )}
    </article>
  );
});

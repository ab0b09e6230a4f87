import { Fragment, type ReactNode, useMemo, useRef } from 'react';
import type { Message } from '../api.ts';
import { type Activity, activityAt } from '../hooks/use-activity.ts';
import { useHighlight } from '../hooks/use-highlight.ts';
import { useScroll } from '../hooks/use-scroll.ts';
import { useWorkspace } from '../hooks/use-workspace.ts';
import { type Group, groupMessages } from '../lib/grouping.ts';
import { nameOf } from '../lib/mentions.ts';
import { dayLabel, fullTimeOfTs, timeOfTs } from '../lib/time.ts';
import { ActivityRows } from './activity-rows.tsx';
import { Avatar } from './avatar.tsx';
import { Icon } from './icons.tsx';
import { MessageItem } from './message-item.tsx';

interface Props {
  readonly label: string;
  readonly channel: string;
  /** The thread that is shown; null in the channel itself. */
  readonly thread: string | null;
  readonly messages: readonly Message[];
  readonly highlight: string | undefined;
  /** The message to bring into view; that which is highlighted where there is one. */
  readonly target: string | undefined;
  readonly visit: number;
  readonly editing: string | null;
  readonly onEdit: (ts: string | null) => void;
  readonly onThread?: ((ts: string) => void) | undefined;
  readonly onTop?: (() => void) | undefined;
  readonly onBottom?: (() => void) | undefined;
  readonly onNewest?: (() => void) | undefined;
  /** Newer messages are not loaded: what pup does now does not follow the last one shown. */
  readonly detached?: boolean;
  readonly before?: ReactNode;
}

/** "pup is reading…" or that it writes, where the root of a thread stands in the channel. */
function threadActivity(activity: Activity, channel: string, ts: string): string | undefined {
  const { streams, statuses } = activityAt(activity, channel, ts);
  return streams.length > 0 ? 'pup is writing…' : (statuses[0]?.text ?? undefined);
}

type ItemProps = Pick<Props, 'channel' | 'editing' | 'onEdit' | 'onThread'> & { readonly highlighted: string | null };

function GroupItem({ group, ...props }: ItemProps & { readonly group: Group }): ReactNode {
  const { people, activity } = useWorkspace();
  const author = people.find(({ id }) => id === group.user);
  const firstTs = group.messages[0]?.ts ?? '';
  return (
    <section className="group">
      <Avatar person={author} id={group.user} />
      <header className="byline">
        <span className="author">{author ? nameOf(author) : group.user}</span>
        {author?.is_guest && <span className="tag">guest</span>}
        {author?.is_bot && !author.is_pup && <span className="tag">app</span>}
        <time dateTime={new Date(Number(firstTs) * 1000).toISOString()} title={fullTimeOfTs(firstTs)}>
          {timeOfTs(firstTs)}
        </time>
      </header>
      {group.messages.map((message, index) => (
        <MessageItem
          key={message.ts}
          message={message}
          first={index === 0}
          highlighted={message.ts === props.highlighted}
          editing={message.ts === props.editing}
          onEdit={props.onEdit}
          onThread={props.onThread}
          activity={props.onThread && threadActivity(activity, props.channel, message.ts)}
        />
      ))}
    </section>
  );
}

export function MessageList(props: Props): ReactNode {
  const { label, channel, thread, messages, highlight, target, visit, detached = false } = props;
  const { activity } = useWorkspace();
  const box = useRef<HTMLDivElement>(null);
  const days = useMemo(() => groupMessages(messages), [messages]);
  const present = messages.some(({ ts }) => ts === highlight);
  const highlighted = useHighlight(highlight, visit, present);
  const { onScroll, toEnd, away } = useScroll(box, {
    firstTs: messages[0]?.ts,
    target,
    centre: target !== undefined && target === highlight,
    visit,
    onTop: props.onTop,
    onBottom: props.onBottom,
  });
  const now = new Date();
  const toNewest = (): void => {
    props.onNewest?.();
    toEnd();
  };
  const item = { channel, editing: props.editing, onEdit: props.onEdit, onThread: props.onThread, highlighted };
  return (
    <div className="list-frame">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it */}
      <div className="list" ref={box} onScroll={onScroll} role="log" aria-label={label} tabIndex={0}>
        <div>
          {props.before}
          {days.map((day) => (
            <Fragment key={day.ts}>
              <h3 className="day">
                <span>{dayLabel(day.ts, now)}</span>
              </h3>
              {day.groups.map((group) => (
                <GroupItem key={group.messages[0]?.ts} group={group} {...item} />
              ))}
            </Fragment>
          ))}
          {!detached && <ActivityRows activity={activityAt(activity, channel, thread)} />}
        </div>
      </div>
      {(away || detached) && (
        <button type="button" className="to-newest" onClick={toNewest}>
          <Icon name="down" /> Newest messages
        </button>
      )}
    </div>
  );
}

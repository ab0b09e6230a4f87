import type { ReactNode } from 'react';
import type { Channel } from '../api.ts';
import { channelTitle, useWorkspace } from '../hooks/use-workspace.ts';
import { Avatar } from './avatar.tsx';
import { Icon, PupMark } from './icons.tsx';
import { PersonPicker } from './person-picker.tsx';
import { PlaceLink } from './place-link.tsx';

interface Props {
  readonly current: string | null;
  readonly unread: ReadonlySet<string>;
  readonly onPerson: (id: string) => void;
}

function ChannelMark({ channel }: { readonly channel: Channel }): ReactNode {
  const { pup } = useWorkspace();
  if (channel.kind === 'direct') return <Avatar person={pup ?? undefined} id="pup" small />;
  return <Icon name={channel.kind === 'public' ? 'hash' : 'lock'} />;
}

function ChannelLink({ channel, current, unread }: { readonly channel: Channel } & Omit<Props, 'onPerson'>): ReactNode {
  const workspace = useWorkspace();
  const isUnread = unread.has(channel.id);
  const title = channelTitle(channel, workspace).replace(/^#/, '');
  const kind = channel.kind === 'private' ? ' (private)' : '';
  return (
    <li>
      <PlaceLink
        place={{ channel: channel.id }}
        className={`channel${isUnread ? ' unread' : ''}${channel.archived ? ' archived' : ''}`}
        data-testid="channel"
        aria-current={channel.id === current ? 'page' : undefined}
        aria-label={`${title}${kind}${channel.archived ? ' (archived)' : ''}${isUnread ? ', new messages' : ''}`}
      >
        <ChannelMark channel={channel} />
        <span className="channel-name">{title}</span>
        {isUnread && <span className="dot" />}
      </PlaceLink>
    </li>
  );
}

function Section({
  title,
  channels,
  ...rest
}: { readonly title: string; readonly channels: readonly Channel[] } & Omit<Props, 'onPerson'>) {
  if (channels.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul>
        {channels.map((channel) => (
          <ChannelLink key={channel.id} channel={channel} {...rest} />
        ))}
      </ul>
    </section>
  );
}

const byName = (a: Channel, b: Channel): number =>
  Number(a.archived) - Number(b.archived) || (a.name ?? '').localeCompare(b.name ?? '');

export function Sidebar({ current, unread, onPerson }: Props): ReactNode {
  const { channels } = useWorkspace();
  const ofKind = (...kinds: Channel['kind'][]): Channel[] =>
    channels.filter(({ kind }) => kinds.includes(kind)).sort(byName);
  const rest = { current, unread };
  return (
    <div className="sidebar-inner">
      <h1 className="workspace-name">
        <span className="avatar small pup" aria-hidden="true">
          <PupMark />
        </span>
        pup
      </h1>
      <PersonPicker onPerson={onPerson} />
      <nav aria-label="Channels">
        <Section title="Channels" channels={ofKind('public')} {...rest} />
        <Section title="Private channels" channels={ofKind('private')} {...rest} />
        <Section title="Direct messages" channels={ofKind('direct', 'group')} {...rest} />
      </nav>
    </div>
  );
}

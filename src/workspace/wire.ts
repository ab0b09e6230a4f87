import type { ChatPerson } from '../conversation/chat.ts';
import { localPup, type Room, type ShownMessage } from './reads.ts';

/** The address of a message in the page: "#/C02/1700000000.000100?thread=…". */
export function localPermalink(channel: string, ts: string, threadTs: string | null): string {
  const thread = threadTs === null ? '' : `?thread=${threadTs}`;
  return `/#/${channel}/${ts}${thread}`;
}

export function toWireMessage(message: ShownMessage): Record<string, unknown> {
  return {
    ts: message.ts,
    channel: message.channel,
    user: message.author,
    text: message.rawText,
    thread_ts: message.threadTs ?? (message.replyCount > 0 ? message.ts : null),
    reply_count: message.replyCount,
    edited_ts: message.editedTs,
    is_pup: message.authorIsPup,
    files: message.files.map(({ name }) => ({ name })),
    ...(message.replyKey === null ? {} : { key: message.replyKey }),
    sources: message.sources.map(({ channel, ts, threadTs }) => ({
      channel,
      ts,
      thread_ts: threadTs,
      permalink: localPermalink(channel, ts, threadTs),
    })),
  };
}

export function toWirePerson(person: ChatPerson): Record<string, unknown> {
  return {
    id: person.id,
    name: person.name,
    display_name: person.displayName,
    is_bot: person.isBot,
    is_pup: person.id === localPup,
    is_guest: person.isGuest,
  };
}

export function toWireRoom({ id, name, kind, members, archived }: Room): Record<string, unknown> {
  return { id, name, kind, members, archived };
}

/** Who may read a room: everyone a public one, its members the others. */
export function mayRead(room: Room, person: string): boolean {
  return room.kind === 'public' || room.members.includes(person);
}

export function readersOf(room: Room): ReadonlySet<string> | null {
  return room.kind === 'public' ? null : new Set(room.members);
}

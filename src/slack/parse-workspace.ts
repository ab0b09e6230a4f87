import type { ChatConversation, ChatEvent, ChatPerson, ConversationKind } from '../conversation/chat.ts';
import {
  channelSchema,
  createdSchema,
  directSchema,
  membershipSchema,
  personEventSchema,
  renamedSchema,
  type SlackConversation,
  type SlackPerson,
  unsharedSchema,
} from './event-schemas.ts';
import type { Reading } from './parse-message.ts';
import { storable } from './to-plain-text.ts';

/** What a caller knows of a conversation, for events that carry nothing but its id. */
export interface ConversationNames {
  conversation?(id: string): ChatConversation | undefined;
}

type Reader = (event: unknown, reading: Reading & { readonly names: ConversationNames }) => ChatEvent[];

/** Events of channels and people, by their type. Each reader throws a ZodError on a wrong shape. */
export const workspaceReaders: Readonly<Record<string, Reader>> = {
  member_joined_channel: (event, { team }) => {
    const { user: person, channel } = membershipSchema.parse(event);
    return [{ team, type: 'join', channel, person }];
  },
  member_left_channel: (event, { team }) => {
    const { user: person, channel } = membershipSchema.parse(event);
    return [{ team, type: 'leave', channel, person }];
  },
  // Sent to pup alone, when it was removed: there is no member_left_channel for it then.
  channel_left: leftByPup,
  group_left: leftByPup,
  channel_created: (event, { team }) => {
    return [{ team, type: 'conversation', conversation: toConversation(createdSchema.parse(event).channel) }];
  },
  channel_rename: renamed,
  group_rename: renamed,
  channel_archive: archived,
  group_archive: archived,
  channel_unarchive: unarchived,
  group_unarchive: unarchived,
  channel_deleted: deleted,
  group_deleted: deleted,
  channel_shared: (event, reading) => {
    const { channel } = channelSchema.parse(event);
    return [
      { team: reading.team, type: 'conversation', conversation: { ...knownOrPrivate(channel, reading), shared: true } },
    ];
  },
  channel_unshared: (event, reading) => {
    const { channel, is_ext_shared: stillShared } = unsharedSchema.parse(event);
    const shared = stillShared === true;
    return [
      { team: reading.team, type: 'conversation', conversation: { ...knownOrPrivate(channel, reading), shared } },
    ];
  },
  im_created: (event, { team }) => {
    const { user: person, channel } = directSchema.parse(event);
    const conversation = { id: channel.id, kind: 'direct' as const, name: null, archived: false, shared: false };
    return [
      { team, type: 'conversation', conversation },
      { team, type: 'join', channel: channel.id, person },
    ];
  },
  user_change: person,
  team_join: person,
};

function leftByPup(event: unknown, { team, pup }: Reading): ChatEvent[] {
  return [{ team, type: 'leave', channel: channelSchema.parse(event).channel, person: pup.userId }];
}

function renamed(event: unknown, { team }: Reading): ChatEvent[] {
  const { channel } = renamedSchema.parse(event);
  return [{ team, type: 'rename', channel: channel.id, name: storable(channel.name, 200) }];
}

function archived(event: unknown, { team }: Reading): ChatEvent[] {
  return [{ team, type: 'archive', channel: channelSchema.parse(event).channel }];
}

function unarchived(event: unknown, { team }: Reading): ChatEvent[] {
  return [{ team, type: 'unarchive', channel: channelSchema.parse(event).channel }];
}

function deleted(event: unknown, { team }: Reading): ChatEvent[] {
  return [{ team, type: 'conversation-deleted', channel: channelSchema.parse(event).channel }];
}

function person(event: unknown, { team }: Reading): ChatEvent[] {
  return [{ team, type: 'person', person: toPerson(personEventSchema.parse(event).user, team) }];
}

/** Sharing must not be missed, since it narrows what pup may say there; an unknown channel counts as private. */
function knownOrPrivate(id: string, { names }: Parameters<Reader>[1]): ChatConversation {
  const known = names.conversation?.(id);
  return known ?? { id, kind: 'private', name: names.channel(id) ?? null, archived: false, shared: false };
}

/** Also for `conversations.info` and `.list`, whose channels have the same shape (`conversationSchema`). */
export function toConversation(channel: SlackConversation): ChatConversation {
  const { is_shared, is_ext_shared, is_org_shared, is_pending_ext_shared } = channel;
  return {
    id: channel.id,
    kind: kindOf(channel),
    name: channel.is_im === true || !channel.name ? null : storable(channel.name, 200),
    archived: channel.is_archived === true,
    shared: [is_shared, is_ext_shared, is_org_shared, is_pending_ext_shared].includes(true),
  };
}

function kindOf(channel: SlackConversation): ConversationKind {
  if (channel.is_im === true) return 'direct';
  if (channel.is_mpim === true) return 'group';
  return channel.is_private === true || channel.is_group === true ? 'private' : 'public';
}

/** Also for `users.info` and `.list` (`personSchema`). `team` is pup's workspace. */
export function toPerson(user: SlackPerson, team: string): ChatPerson {
  const displayName = storable(user.profile?.display_name ?? '', 200).trim();
  const name = [user.real_name, user.profile?.real_name, displayName, user.name].find((part) => part?.trim());
  // In an Enterprise organisation a person's home may be another workspace of the same company.
  const atHome = user.team_id == null || user.team_id === team || user.enterprise_user?.teams?.includes(team) === true;
  return {
    id: user.id,
    name: storable(name ?? user.id, 200).trim(),
    displayName: displayName === '' ? null : displayName,
    isBot: user.is_bot === true || user.id === 'USLACKBOT',
    isGuest: user.is_restricted === true || user.is_ultra_restricted === true,
    isStranger: user.is_stranger === true || !atHome,
    deleted: user.deleted === true,
    timeZone: user.tz ? user.tz : null,
  };
}

import { z } from 'zod';
import type { ChatEvent, ChatMessage, ConversationKind, SharedFile } from '../conversation/chat.ts';
import { changedSchema, deletedSchema, messageSchema, type SlackMessage } from './event-schemas.ts';
import { mentions } from './mentioned-ids.ts';
import type { MentionNames } from './mrkdwn-to-text.ts';
import { maxPlainText, storable, toPlainText } from './to-plain-text.ts';

/** Who pup is in the workspace; both ids come from `auth.test`. */
export interface PupIdentity {
  readonly userId: string;
  readonly botId: string;
}

export interface Reading {
  readonly team: string;
  readonly pup: PupIdentity;
  readonly names: MentionNames;
}

export type ParsedMessage =
  | { readonly kind: 'events'; readonly events: readonly ChatEvent[] }
  | { readonly kind: 'ignored'; readonly reason: string };

/** The event type of the metadata on pup's posts, and its payload's key. */
export const replyEventType = 'pup_reply';

/**
 * Notices without knowledge in them, or whose news arrives as an event of its own (joins, archiving, pins).
 * `message_replied` only repeats counts. Subtypes that are not named here, new ones too, are remembered.
 */
const ignoredSubtypes = new Set([
  'message_replied',
  'channel_join',
  'channel_leave',
  'group_join',
  'group_leave',
  'channel_archive',
  'channel_unarchive',
  'group_archive',
  'group_unarchive',
  'channel_posting_permissions',
  'channel_convert_to_private',
  'channel_convert_to_public',
  'pinned_item',
  'unpinned_item',
  'bot_add',
  'bot_remove',
  'reminder_add',
  'joiner_notification',
  'assistant_app_thread',
  'ekm_access_denied',
  'tombstone',
]);
/**
 * Notices that Slack writes in a person's name and that say what a channel is about. They are remembered as that
 * person's messages, but never address pup: setting a topic to "ask @Pup" is no question.
 */
const noticeSubtypes = new Set([
  'channel_topic',
  'channel_purpose',
  'channel_name',
  'group_topic',
  'group_purpose',
  'group_name',
]);

/** A `message` event or an `app_mention`. Throws a ZodError on a wrong shape. */
export function parseMessageEvent(event: unknown, reading: Reading): ParsedMessage {
  const { type, subtype } = z.looseObject({ type: z.string(), subtype: z.string().nullish() }).parse(event);
  if (subtype === 'message_changed') return parseChanged(event, reading);
  if (subtype === 'message_deleted') {
    const { channel, deleted_ts: ts } = deletedSchema.parse(event);
    return { kind: 'events', events: [{ team: reading.team, type: 'delete', channel, ts }] };
  }
  const message = messageSchema.parse(event);
  const reason = whyIgnored(message);
  if (reason !== null) return { kind: 'ignored', reason };
  const read = readMessage(message, reading);
  if (read === null) return { kind: 'ignored', reason: 'message without author' };
  // The same message arrives as `message` too, or instead; whichever comes first must owe the reply.
  const named = type === 'app_mention' ? { ...read, mentionsPup: true } : read;
  return { kind: 'events', events: [{ team: reading.team, type: 'message', message: named, kind: kindOf(message) }] };
}

/**
 * What `conversations.history` and `.replies` return, as the message event that it once was.
 * Null for what a message event would ignore too. Throws a ZodError on a wrong shape.
 */
export function parseHistoryMessage(channel: string, message: unknown, reading: Reading): ChatMessage | null {
  const read = messageSchema.parse({ ...z.looseObject({}).parse(message), channel });
  return whyIgnored(read) === null ? readMessage(read, reading) : null;
}

function parseChanged(event: unknown, reading: Reading): ParsedMessage {
  const { channel, channel_type, ts, message, previous_message: before } = changedSchema.parse(event);
  // A deleted root of a thread stays behind as an empty stone, so that its replies have a place.
  if (message.subtype === 'tombstone') {
    return { kind: 'events', events: [{ team: reading.team, type: 'delete', channel, ts: message.ts }] };
  }
  const after = messageSchema.parse({ ...message, channel, channel_type });
  if (after.subtype !== null && after.subtype !== undefined && ignoredSubtypes.has(after.subtype)) {
    return { kind: 'ignored', reason: `message_changed: ${after.subtype}` };
  }
  const read = readMessage(after, reading);
  if (read === null) return { kind: 'ignored', reason: 'message without author' };
  const kind = kindOf(after);
  const previous = messageSchema.safeParse({ ...before, channel });
  if (previous.success && isUntouched(after, previous.data)) {
    // Slack has counted replies or the like. The event still tells the message, in case its own delivery was lost.
    const sameText = readMessage(previous.data, reading)?.text === read.text;
    if (sameText) return { kind: 'events', events: [{ team: reading.team, type: 'message', message: read, kind }] };
    // A link preview: its text is taken, but nobody has edited the message.
    if (!read.authorIsBot)
      return { kind: 'events', events: [{ team: reading.team, type: 'edit', message: read, kind }] };
  }
  // Apps' updates may carry no `edited`; the event's own ts orders them.
  const edited = { ...read, editedTs: read.editedTs ?? ts };
  return { kind: 'events', events: [{ team: reading.team, type: 'edit', message: edited, kind }] };
}

/** What a person can edit is as it was. An app may still have replaced its blocks. */
function isUntouched(after: SlackMessage, before: SlackMessage): boolean {
  return after.text === before.text && after.edited?.ts === before.edited?.ts;
}

function whyIgnored(message: SlackMessage): string | null {
  const subtype = message.subtype ?? '';
  if (ignoredSubtypes.has(subtype)) return `message: ${subtype}`;
  return message.hidden === true ? 'hidden message' : null;
}

/** Null where nobody said it. */
function readMessage(message: SlackMessage, { pup, names }: Reading): ChatMessage | null {
  const isPup = message.user === pup.userId || message.bot_id === pup.botId;
  const author = isPup ? pup.userId : (message.user ?? message.bot_id);
  if (author === null || author === undefined) return null;
  const subtype = message.subtype ?? null;
  const isNotice = subtype !== null && noticeSubtypes.has(subtype);
  return {
    channel: message.channel,
    ts: message.ts,
    threadTs: message.thread_ts ?? null,
    author,
    authorIsBot: isPup || (message.bot_id ?? null) !== null || subtype === 'bot_message' || author === 'USLACKBOT',
    text: toPlainText(message, names),
    rawText: storable(message.text ?? '', 5 * maxPlainText),
    subtype,
    editedTs: message.edited?.ts ?? null,
    files: readFiles(message),
    // Not in attachments: a quoted message that names pup is not said to pup.
    mentionsPup: !isNotice && mentions([message.text, message.blocks], pup.userId),
    replyKey: isPup ? replyKeyOf(message) : null,
  };
}

function replyKeyOf({ metadata }: SlackMessage): string | null {
  if (metadata?.event_type !== replyEventType) return null;
  const key = metadata.event_payload?.key;
  return typeof key === 'string' && key.length > 0 && key.length <= 200 ? key : null;
}

function readFiles({ files }: SlackMessage): SharedFile[] {
  const read: SharedFile[] = [];
  for (const file of (files ?? []).slice(0, 100)) {
    if (file === null) continue;
    const title = storable(file.title ?? '', 1_000);
    const preview = storable(file.preview ?? file.plain_text ?? '');
    // Files of other workspaces arrive as a bare id; there is nothing of them to remember.
    const name = storable(file.name ?? '', 1_000);
    if (name === '' && title === '' && preview === '') continue;
    read.push({
      name: name === '' ? title : name,
      title: title === '' ? null : title,
      preview: preview === '' ? null : preview,
    });
  }
  return read;
}

const kinds = new Map<string, ConversationKind>([
  ['channel', 'public'],
  ['group', 'private'],
  ['mpim', 'group'],
  ['im', 'direct'],
  ['app_home', 'direct'],
]);

/** `app_mention` names no kind; of a bare id only a DM's can be told. */
function kindOf(message: SlackMessage): ConversationKind | null {
  const kind = kinds.get(message.channel_type ?? '');
  if (kind !== undefined) return kind;
  return message.channel.startsWith('D') ? 'direct' : null;
}

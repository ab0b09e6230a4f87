import { blocksToText, isFields, listAt, stringAt } from './blocks-to-text.ts';
import { linkToText, type MentionNames, mrkdwnToText } from './mrkdwn-to-text.ts';

/** Slack's own bound for a message; a text of this length stays whole. */
export const maxPlainText = 40_000;
/** Every character may be an entity of five (`&amp;`), so this much mrkdwn can make `maxPlainText` characters. */
const maxMrkdwn = 5 * maxPlainText;

/** What of a message carries text. The parts are as Slack sent them: their shape is not known. */
export interface TextSource {
  readonly channel?: string | null | undefined;
  readonly text?: string | null | undefined;
  readonly blocks?: unknown;
  readonly attachments?: unknown;
  /** Set on what an app posted; its `text` is then only the notification for its blocks. */
  readonly bot_id?: string | null | undefined;
  readonly subtype?: string | null | undefined;
}

/**
 * The message as plain text for memory: at most `maxPlainText` characters, no NUL, no lone surrogate.
 * Takes linear time, and never throws, whatever stands in blocks and attachments.
 */
export function toPlainText(source: TextSource, names: MentionNames): string {
  const parts = [bodyToText(source, names)];
  const attachments = Array.isArray(source.attachments) ? source.attachments : [];
  for (const attachment of attachments.slice(0, 100)) parts.push(attachmentToText(attachment, source.channel, names));
  return storable(parts.filter((part) => part.trim() !== '').join('\n')).trim();
}

/** The text as PostgreSQL can keep it: no NUL, no lone surrogate, at most `limit` characters. */
export function storable(text: string, limit = maxPlainText): string {
  const clean = text
    .slice(0, limit * 2)
    .replaceAll('\0', '')
    .slice(0, limit);
  // A pair that the bound cut in two is dropped; one that came broken is replaced.
  const cutPair = clean.length === limit && /[\uD800-\uDBFF]$/.test(clean);
  return (cutPair ? clean.slice(0, -1) : clean).toWellFormed();
}

/** A person's `text` says all that their rich text says; an app's `text` is a summary of its blocks. */
function bodyToText(source: TextSource, names: MentionNames): string {
  const text = mrkdwnToText((source.text ?? '').slice(0, maxMrkdwn), names);
  const byApp = typeof source.bot_id === 'string' || source.subtype === 'bot_message';
  const blocks = Array.isArray(source.blocks) ? source.blocks : [];
  if (byApp || text.trim() === '') {
    const shown = blocksToText(blocks, names);
    return shown.trim() === '' ? text : shown;
  }
  const others = blocks.filter((block) => !isFields(block) || block.type !== 'rich_text');
  const extra = blocksToText(others, names);
  return extra.trim() === '' || text.includes(extra.trim()) ? text : `${text}\n${extra}`;
}

function attachmentToText(attachment: unknown, channel: string | null | undefined, names: MentionNames): string {
  if (!isFields(attachment)) return '';
  const read = (key: string): string => mrkdwnToText(stringAt(attachment, key).slice(0, maxMrkdwn), names);
  // The preview of another conversation's message: Slack shows it only to those who may read that conversation,
  // and pup remembers it where it was said. Here only its link is kept.
  const quotes = attachment.is_msg_unfurl === true || attachment.is_share === true;
  if (quotes && stringAt(attachment, 'channel_id') !== (channel ?? '')) return stringAt(attachment, 'from_url');
  const title = read('title');
  const link = stringAt(attachment, 'title_link');
  const fields = listAt(attachment, 'fields')
    .slice(0, 100)
    .map((field) => fieldToText(field, names));
  const shown = [
    read('pretext'),
    read('author_name'),
    title === '' || link === '' ? title : linkToText(link, title),
    read('text'),
    ...fields,
    blocksToText(attachment.blocks, names),
  ].filter((part) => part.trim() !== '');
  return shown.length === 0 ? read('fallback') : shown.join('\n');
}

function fieldToText(field: unknown, names: MentionNames): string {
  if (!isFields(field)) return '';
  const title = mrkdwnToText(stringAt(field, 'title'), names);
  const value = mrkdwnToText(stringAt(field, 'value'), names);
  if (title === '' || value === '') return title + value;
  return `${title}: ${value}`;
}

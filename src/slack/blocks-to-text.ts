import { isoTime, linkToText, type MentionNames, mrkdwnToText } from './mrkdwn-to-text.ts';

/** Slack nests blocks four or five deep; what lies deeper was built to hurt. */
const maxDepth = 12;
/** More parts than a message of 40,000 characters can have. */
const maxParts = 50_000;
/** Where blocks that have no rule of their own (cards, plans, alerts and those to come) keep their text, in reading order. */
const textKeys = [
  'title',
  'rich_text_title',
  'subtitle',
  'caption',
  'text',
  'rich_text',
  'body',
  'subtext',
  'description',
  'details',
  'output',
  'fields',
  'elements',
  'child_blocks',
  'blocks',
  'tasks',
  'sources',
];

interface Walk {
  readonly names: MentionNames;
  parts: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** Blocks as plain text, one paragraph per block. Anything that is no block is passed over; never throws. */
export function blocksToText(blocks: unknown, names: MentionNames): string {
  if (!Array.isArray(blocks)) return '';
  const walk: Walk = { names, parts: 0 };
  return lines(blocks.map((block) => blockToText(block, walk, 0)));
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The string under `key`; empty where there is none. */
export function stringAt(fields: Fields, key: string): string {
  const value = fields[key];
  return typeof value === 'string' ? value : '';
}

export function listAt(fields: Fields, key: string): readonly unknown[] {
  const value = fields[key];
  return Array.isArray(value) ? value : [];
}

function blockToText(block: unknown, walk: Walk, depth: number): string {
  if (depth > maxDepth || ++walk.parts > maxParts) return '';
  if (typeof block === 'string') return block;
  if (!isFields(block)) return '';
  switch (block.type) {
    case 'rich_text':
    case 'rich_text_section':
    case 'rich_text_quote':
    case 'rich_text_preformatted':
    case 'rich_text_list':
      return richToText(block, walk, depth);
    case 'mrkdwn':
      return mrkdwnToText(stringAt(block, 'text'), walk.names);
    case 'plain_text':
    case 'raw_text':
    case 'markdown':
      return stringAt(block, 'text');
    case 'raw_number':
      return String(block.value ?? block.text ?? '');
    case 'image':
      return imageToText(block, walk, depth);
    case 'context':
      return words(listAt(block, 'elements').map((element) => blockToText(element, walk, depth + 1)));
    case 'table':
    case 'data_table':
      return lines([stringAt(block, 'caption'), ...listAt(block, 'rows').map((row) => rowToText(row, walk, depth))]);
    case 'url':
      return linkToText(stringAt(block, 'url'), stringAt(block, 'text'));
    // Buttons, menus and inputs are furniture: nobody said them.
    case 'actions':
    case 'context_actions':
    case 'input':
    case 'divider':
      return '';
    default:
      return anyToText(block, walk, depth);
  }
}

function anyToText(block: Fields, walk: Walk, depth: number): string {
  return lines(
    textKeys.map((key) => {
      const value = block[key];
      if (Array.isArray(value)) return lines(value.map((item) => blockToText(item, walk, depth + 1)));
      return blockToText(value, walk, depth + 1);
    }),
  );
}

function imageToText(block: Fields, walk: Walk, depth: number): string {
  const title = blockToText(block.title, walk, depth + 1);
  const label = title === '' ? stringAt(block, 'alt_text') : title;
  return label === '' ? '' : `[image: ${label}]`;
}

function rowToText(row: unknown, walk: Walk, depth: number): string {
  if (!Array.isArray(row)) return '';
  return row.map((cell) => blockToText(cell, walk, depth + 2).replaceAll('\n', ' ')).join(' | ');
}

function richToText(block: Fields, walk: Walk, depth: number): string {
  const elements = listAt(block, 'elements');
  if (block.type === 'rich_text') return lines(elements.map((element) => blockToText(element, walk, depth + 1)));
  if (block.type === 'rich_text_list') return listToText(block, walk, depth);
  const text = elements.map((element) => spanToText(element, walk)).join('');
  if (block.type === 'rich_text_quote') return prefixLines(text, '> ', '> ');
  if (block.type === 'rich_text_preformatted') return `\`\`\`\n${text}\n\`\`\``;
  return text;
}

function listToText(block: Fields, walk: Walk, depth: number): string {
  const indent = '  '.repeat(Math.min(8, count(block.indent)));
  const first = count(block.offset) + 1;
  const items = listAt(block, 'elements').map((element, index) => {
    const bullet = block.style === 'ordered' ? `${first + index}. ` : '- ';
    return prefixLines(blockToText(element, walk, depth + 1), indent + bullet, indent + ' '.repeat(bullet.length));
  });
  return items.join('\n');
}

/** One span of a rich text. Its text is not entity-encoded, unlike mrkdwn. */
function spanToText(span: unknown, walk: Walk): string {
  if (++walk.parts > maxParts || !isFields(span)) return '';
  const plain = spanText(span, walk.names);
  const code = isFields(span.style) && span.style.code === true && plain.trim() !== '';
  return code ? `\`${plain}\`` : plain;
}

function spanText(span: Fields, names: MentionNames): string {
  switch (span.type) {
    case 'user':
      return `@${names.person(stringAt(span, 'user_id')) ?? stringAt(span, 'user_id')}`;
    case 'channel':
      return `#${names.channel(stringAt(span, 'channel_id')) ?? stringAt(span, 'channel_id')}`;
    case 'usergroup':
      return `@${stringAt(span, 'usergroup_id')}`;
    case 'team':
      return `@${stringAt(span, 'team_id')}`;
    case 'broadcast':
      return `@${stringAt(span, 'range')}`;
    case 'emoji':
      return `:${stringAt(span, 'name')}:`;
    case 'link':
      return linkToText(stringAt(span, 'url'), stringAt(span, 'text'));
    case 'date':
      return stringAt(span, 'fallback') || isoTime(typeof span.timestamp === 'number' ? span.timestamp : Number.NaN);
    case 'color':
      return stringAt(span, 'value');
    default:
      return stringAt(span, 'text');
  }
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : 0;
}

function prefixLines(text: string, first: string, rest: string): string {
  return first + text.replace(/\n$/, '').replaceAll('\n', `\n${rest}`);
}

function lines(parts: readonly string[]): string {
  return parts.filter((part) => part.trim() !== '').join('\n');
}

function words(parts: readonly string[]): string {
  return parts.filter((part) => part.trim() !== '').join(' ');
}

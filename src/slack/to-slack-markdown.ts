import { neutralisePings } from './neutralise-pings.ts';
import { slackLength, smallestPart, splitMarkdown } from './split-markdown.ts';

/**
 * Slack: "the cumulative limit for all markdown blocks in a single payload is 12,000 characters"
 * (docs.slack.dev, markdown block). Some is left for what Slack adds for the blocks around the text.
 */
export const maxPost = 11_500;
/** Slack advises 4,000 characters for `text` and cuts at 40,000. Beside blocks it only serves notifications. */
export const maxFallback = 4_000;
/** Room for the joiners that neutralise a ping which a cut has made. */
const reserve = 20;

export interface SlackPost {
  /** What notifications and screen readers show: Slack's mrkdwn, without any formatting. */
  readonly text: string;
  readonly blocks: readonly [{ readonly type: 'markdown'; readonly text: string }];
}

/**
 * The model's Markdown as messages, in order, each below Slack's limits; none for an empty answer. Broadcasts and
 * user-group pings are neutralised, people's mentions stay. See `splitMarkdown` for where the cuts fall.
 */
export function toSlackPosts(markdown: string, limit = maxPost): SlackPost[] {
  const clean = markdown.replaceAll('\0', '').toWellFormed().replace(/\r\n?/g, '\n');
  const parts = splitMarkdown(neutralisePings(clean), Math.max(smallestPart, limit) - reserve);
  return parts.map((part) => {
    const text = neutralisePings(part);
    return { text: toFallback(text), blocks: [{ type: 'markdown', text }] };
  });
}

/** `text` is mrkdwn: with its signs encoded nothing in it can ping, but for the mentions of people. */
function toFallback(markdown: string): string {
  const plain = markdown
    .slice(0, maxFallback * 2)
    .replace(/^[ \t]*(?:`{3,40}|~{3,40})[^`\n]*$\n?/gm, '')
    .replace(/^#{1,6}[ \t]+/gm, '')
    .replace(/\*\*([^*\n]+)\*\*/g, '$1')
    .replace(/!?\[([^[\]\n]+)\]\(([^()\s]+)\)/g, (_, label: string, url: string) =>
      label === url ? url : `${label} (${url})`,
    )
    .trim();
  const shown = plain === '' ? markdown.trim() : plain;
  const text = slackLength(shown) <= maxFallback ? shown : `${shorten(shown)} …`;
  return text.replace(/<[@#][A-Z0-9]+>|[&<>]/g, (sign) => encoded.get(sign) ?? sign);
}

const encoded = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
]);

function shorten(text: string): string {
  return splitMarkdown(text, maxFallback - 2)[0] ?? '';
}

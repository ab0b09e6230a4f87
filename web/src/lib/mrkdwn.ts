/** Slack's mrkdwn as a tree. Pure, so that what is rendered never goes through HTML. */

export type Inline =
  | { readonly type: 'text' | 'code'; readonly text: string }
  | { readonly type: 'bold' | 'italic' | 'strike'; readonly children: readonly Inline[] }
  | { readonly type: 'link'; readonly url: string; readonly label: string }
  | { readonly type: 'person' | 'channel'; readonly id: string; readonly label: string | null }
  | { readonly type: 'broadcast'; readonly label: string };

export type Block =
  | { readonly type: 'paragraph' | 'quote'; readonly children: readonly Inline[] }
  | { readonly type: 'code'; readonly text: string };

const entities: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&amp;': '&' };

export const decodeEntities = (text: string): string =>
  text.replace(/&(?:lt|gt|amp);/g, (found) => entities[found] ?? found);

// A mark counts only at the edge of a word and with no space inside it: "2 * 3 * 4" and snake_case stay text.
// No alternative can run over the next mark, so the time stays linear in the length of the text.
const mark = (sign: string): string =>
  `(?<![\\p{L}\\p{N}${sign}])${sign}([^\\s${sign}](?:[^${sign}\\n]*[^\\s${sign}])?)${sign}(?![\\p{L}\\p{N}${sign}])`;
const inlinePattern = new RegExp(
  ['`([^`\\n]+)`', '<([^<>\\n]+)>', '(https?://[^\\s<>`|]+)', mark('\\*'), mark('_'), mark('~')].join('|'),
  'gu',
);

function parseToken(token: string): Inline {
  const bar = token.indexOf('|');
  const target = bar < 0 ? token : token.slice(0, bar);
  const label = bar < 0 ? null : decodeEntities(token.slice(bar + 1)) || null;
  if (target.startsWith('@')) return { type: 'person', id: target.slice(1), label };
  if (target.startsWith('#')) return { type: 'channel', id: target.slice(1), label };
  if (target.startsWith('!')) {
    return { type: 'broadcast', label: label ?? `@${target.slice(1).split('^')[0] ?? ''}` };
  }
  const url = decodeEntities(target);
  if (/^(?:https?:\/\/|mailto:)/i.test(url)) return { type: 'link', url, label: label ?? url.replace(/^mailto:/i, '') };
  return { type: 'text', text: decodeEntities(`<${token}>`) };
}

function toNode(match: RegExpExecArray): Inline[] {
  const [, code, token, url, bold, italic, strike] = match;
  if (code !== undefined) return [{ type: 'code', text: decodeEntities(code) }];
  if (token !== undefined) return [parseToken(token)];
  if (url !== undefined) {
    // The full stop after an address belongs to the sentence.
    const tail = /(?:[.,;:!?)\]'"*_~]|&gt;)+$/.exec(url)?.[0] ?? '';
    const address = decodeEntities(url.slice(0, url.length - tail.length));
    const link: Inline = { type: 'link', url: address, label: address };
    return tail ? [link, { type: 'text', text: decodeEntities(tail) }] : [link];
  }
  if (bold !== undefined) return [{ type: 'bold', children: parseInline(bold) }];
  if (italic !== undefined) return [{ type: 'italic', children: parseInline(italic) }];
  return [{ type: 'strike', children: parseInline(strike ?? '') }];
}

export function parseInline(text: string): Inline[] {
  const nodes: Inline[] = [];
  let end = 0;
  for (const match of text.matchAll(inlinePattern)) {
    if (match.index > end) nodes.push({ type: 'text', text: decodeEntities(text.slice(end, match.index)) });
    nodes.push(...toNode(match));
    end = match.index + match[0].length;
  }
  if (end < text.length) nodes.push({ type: 'text', text: decodeEntities(text.slice(end)) });
  return nodes;
}

const quoteSign = /^(?:&gt;|>) ?/;

function parseLines(text: string): Block[] {
  const runs: { quoted: boolean; lines: string[] }[] = [];
  for (const line of text.split('\n')) {
    const quoted = quoteSign.test(line);
    const last = runs.at(-1);
    const content = quoted ? line.replace(quoteSign, '') : line;
    if (last?.quoted === quoted) last.lines.push(content);
    else runs.push({ quoted, lines: [content] });
  }
  return runs.flatMap(({ quoted, lines }): Block[] => {
    const run = lines.join('\n').replace(/^\n+|\n+$/g, '');
    return run === '' ? [] : [{ type: quoted ? 'quote' : 'paragraph', children: parseInline(run) }];
  });
}

/** Parses a message as Slack writes it: `*bold*`, `_italic_`, code, quotes, links, people and channels. */
export function parseMrkdwn(text: string): Block[] {
  return text.split('```').flatMap((part, index, parts): Block[] => {
    if (index % 2 === 0) return parseLines(part);
    // A fence that is never closed is text.
    if (index === parts.length - 1) return parseLines(`\`\`\`${part}`);
    const code = part.replace(/^\n|\n$/g, '');
    return code === '' ? [] : [{ type: 'code', text: decodeEntities(code) }];
  });
}

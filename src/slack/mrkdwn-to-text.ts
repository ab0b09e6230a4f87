/** Names for ids, from a cache that the caller fills first (`mentionedIds`). */
export interface MentionNames {
  person(id: string): string | undefined;
  channel(id: string): string | undefined;
}

/** A private-use character that stands for a piece which emphasis must not reach into: a token or code. */
const placeholder = '\uE000';
/**
 * Code, Slack's own tokens, and the placeholder where it is part of the text. In mrkdwn a literal `<` is
 * sent as `&lt;`, so `<...>` is always a token. No alternative can backtrack over another: time stays linear.
 */
const pieces = /```[\s\S]*?```|`[^`\n]+`|<[^<>]*>|\uE000/g;
const emphasis = [
  /(?<![\p{L}\p{N}*])\*(?=[^\s*])([^*\n]*)\*(?![\p{L}\p{N}*])/gu,
  /(?<![\p{L}\p{N}_])_(?=[^\s_])([^_\n]*)_(?![\p{L}\p{N}_])/gu,
  /(?<![\p{L}\p{N}~])~(?=[^\s~])([^~\n]*)~(?![\p{L}\p{N}~])/gu,
];
const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };

/** Slack's mrkdwn as plain text: names for ids, links with labels, entities decoded, code and emoji kept. */
export function mrkdwnToText(mrkdwn: string, names: MentionNames): string {
  const kept: string[] = [];
  let text = mrkdwn.replace(pieces, (piece) => {
    kept.push(piece.startsWith('<') ? tokenToText(piece.slice(1, -1), names) : codeToText(piece, names));
    return placeholder;
  });
  for (const marker of emphasis) text = text.replace(marker, '$1');
  let next = 0;
  return decodeEntities(text).replaceAll(placeholder, () => kept[next++] ?? '');
}

/** Decodes the three entities that Slack encodes, once: `&amp;lt;` is the text `&lt;`. */
export function decodeEntities(text: string): string {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => entities[entity] ?? entity);
}

/** A link as memory keeps it: the label with its address behind it, or the address alone where both say the same. */
export function linkToText(url: string, label: string | undefined): string {
  const address = url.replace(/^(?:mailto|tel):/, '');
  if (label === undefined || label.trim() === '' || label === url || label === address) return address;
  if (address === `http://${label}` || address === `https://${label}` || address === `http://${label}/`) return address;
  return `${label} (${address})`;
}

/** Code is verbatim but for the tokens in it: Slack turns addresses into links there too. */
function codeToText(code: string, names: MentionNames): string {
  let text = '';
  let from = 0;
  for (const token of code.matchAll(/<([^<>]*)>/g)) {
    text += decodeEntities(code.slice(from, token.index)) + tokenToText(token[1] ?? '', names);
    from = token.index + token[0].length;
  }
  return text + decodeEntities(code.slice(from));
}

function tokenToText(token: string, names: MentionNames): string {
  const bar = token.indexOf('|');
  const target = bar < 0 ? token : token.slice(0, bar);
  const written = bar < 0 ? '' : decodeEntities(token.slice(bar + 1));
  const label = written === '' ? undefined : written;
  const id = target.slice(1);
  if (target.startsWith('@')) return at(names.person(id) ?? label ?? id);
  if (target.startsWith('#')) return `#${(label ?? names.channel(id) ?? id).replace(/^#/, '')}`;
  if (target.startsWith('!')) return commandToText(id, label);
  return linkToText(decodeEntities(target), label);
}

/** `<!here>`, `<!subteam^S1|@ops>`, `<!date^1700000000^{date}|14 Nov>` and what Slack may add to them. */
function commandToText(command: string, label: string | undefined): string {
  const [kind = '', first = ''] = command.split('^', 2);
  if (kind === 'date') return label ?? isoTime(Number(first));
  if (kind === 'subteam') return at(label ?? first);
  if (kind === 'here' || kind === 'channel' || kind === 'everyone' || kind === 'group') return `@${kind}`;
  return label ?? command;
}

/** Seconds since 1970 as an ISO time; empty where they are no time. */
export function isoTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

function at(name: string): string {
  return name.startsWith('@') ? name : `@${name}`;
}

/** A stretch of text, `end` exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Fence extends Range {
  /** Where the code begins, and where it ends (the closing line, or the fence's end, stands there). */
  readonly bodyStart: number;
  readonly bodyEnd: number;
  /** Its first line as written, its language, and its marks with the indent or quote signs of the lines that follow. */
  readonly opening: string;
  readonly info: string;
  readonly indent: string;
  readonly marks: string;
  readonly closed: boolean;
}

export interface Link extends Range {
  /** What remains of a link that no message can hold. */
  readonly label: string;
}

/** Deeper indents and longer rows of marks are text: no message should be spent on repeating them. */
const openLine = /^([ \t>]{0,40})((?:[-*+]|\d{1,9}[.)])[ \t]{1,4})?(`{3,40}(?!`)|~{3,40}(?!~))([^\n]*)$/;
const autolink = /<[^<>\n]*>|\bhttps?:\/\/[^\s<>()[\]|`]+|`[^`\n]+`/g;

/** Every fenced code block, in order. A fence that nothing closes reaches to the end, as CommonMark has it. */
export function findFences(text: string): Fence[] {
  const fences: Fence[] = [];
  let from = 0;
  while (from < text.length) {
    const end = lineEnd(text, from);
    const open = openLine.exec(text.slice(from, end));
    if (open === null || (open[3]?.startsWith('`') && open[4]?.includes('`'))) {
      from = end + 1;
      continue;
    }
    const fence = readFence(text, from, open);
    fences.push(fence);
    from = fence.end + 1;
  }
  return fences;
}

function readFence(text: string, start: number, open: RegExpExecArray): Fence {
  const [, indent = '', item = '', marks = '', info = ''] = open;
  const quoted = indent.includes('>');
  const bodyStart = Math.min(text.length, start + open[0].length + 1);
  const fence = {
    start,
    bodyStart,
    opening: open[0],
    info: info.trim(),
    indent: indent + ' '.repeat(item.length),
    marks,
  };
  for (let from = bodyStart; from < text.length; ) {
    const end = lineEnd(text, from);
    // The quote ends, and what was fenced in it.
    if (quoted && !/^[ \t]*>/.test(text.slice(from, end))) {
      return { ...fence, bodyEnd: Math.max(bodyStart, from - 1), end: from - 1, closed: false };
    }
    if (closes(text.slice(from, end), marks)) return { ...fence, bodyEnd: from, end, closed: true };
    from = end + 1;
  }
  return { ...fence, bodyEnd: text.length, end: text.length, closed: false };
}

function closes(line: string, marks: string): boolean {
  const rest = line.replace(/^[ \t>]+/, '').trimEnd();
  return rest.length >= marks.length && rest === (marks[0] ?? '').repeat(rest.length);
}

/**
 * What must not be cut outside of fences: `[label](address)` with its brackets and titles, `<...>`, bare
 * addresses, code spans. Sorted, without overlaps. One pass for brackets and one for the rest: linear.
 */
export function findLinks(text: string, fences: readonly Range[]): Link[] {
  const found = [...bracketLinks(text), ...autolinks(text)].sort((a, b) => a.start - b.start || b.end - a.end);
  const links: Link[] = [];
  let fence = 0;
  for (const link of found) {
    while ((fences[fence]?.end ?? Number.POSITIVE_INFINITY) <= link.start) fence++;
    if ((fences[fence]?.start ?? Number.POSITIVE_INFINITY) < link.end) continue;
    const last = links.at(-1);
    if (last === undefined || last.end <= link.start) links.push(link);
    else if (link.end > last.end) links[links.length - 1] = { ...last, end: link.end };
  }
  return links;
}

function* autolinks(text: string): Generator<Link> {
  for (const match of text.matchAll(autolink)) {
    const all = match[0];
    const inner = all.startsWith('<') ? all.slice(1, -1) : all;
    const bar = inner.indexOf('|');
    const host = /^https?:\/\/[^/?#]{1,100}/.exec(inner);
    const label = bar >= 0 ? inner.slice(bar + 1) : host === null ? inner : `${host[0]}/…`;
    yield { start: match.index, end: match.index + all.length, label: all.startsWith('`') ? all : label };
  }
}

/** Brackets and parentheses are paired in one pass; both are forgotten at the end of a paragraph. */
function bracketLinks(text: string): Link[] {
  const links: Link[] = [];
  const brackets: number[] = [];
  const parentheses: { at: number; labelStart: number }[] = [];
  let closedLabel = -1;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    const wasClosed = closedLabel;
    closedLabel = -1;
    if (sign === '\\') at++;
    else if (sign === '[') brackets.push(at);
    else if (sign === ']') closedLabel = brackets.pop() ?? -1;
    else if (sign === '(') parentheses.push({ at, labelStart: wasClosed });
    else if (sign === ')') {
      const open = parentheses.pop();
      if (open !== undefined && open.labelStart >= 0) links.push(bracketLink(text, open.labelStart, open.at, at + 1));
    } else if (sign === '\n' && text[at + 1] === '\n') {
      brackets.length = 0;
      parentheses.length = 0;
    }
  }
  return links;
}

function bracketLink(text: string, labelStart: number, parenthesis: number, end: number): Link {
  const start = text[labelStart - 1] === '!' ? labelStart - 1 : labelStart;
  return { start, end, label: text.slice(labelStart + 1, parenthesis - 1) };
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

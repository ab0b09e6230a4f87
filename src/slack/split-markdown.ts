import { type Fence, findFences, findLinks, type Link, type Range } from './markdown-ranges.ts';

/**
 * How much Slack counts: it stores `&`, `<` and `>` as entities, and refuses messages whose text alone is
 * below the documented limit (slackapi/bolt-js#2867), so the entities are counted at their full length.
 */
export function slackLength(text: string): number {
  let length = text.length;
  for (const sign of text) length += extraLength(sign);
  return length;
}

function extraLength(sign: string | undefined): number {
  if (sign === '&') return '&amp;'.length - 1;
  return sign === '<' || sign === '>' ? '&lt;'.length - 1 : 0;
}

/** Smaller parts cannot hold a reopened fence with its indent, marks and language, and some code. */
export const smallestPart = 400;
const longestInfo = 80;

interface Source {
  readonly text: string;
  /** Fences and links, sorted and apart: no cut falls inside of one. */
  readonly whole: readonly Range[];
  /** `cost[i]` is the Slack length of the first i characters. */
  readonly cost: Uint32Array;
}

/**
 * Cuts Markdown into parts of at most `limit` (in `slackLength`), at least `smallestPart`. Fences and links stay
 * whole where one part can hold them; a longer fence is closed and opened again, a longer link leaves its label.
 * Cuts fall at the ends of paragraphs, else of lines, of sentences, of words. Nothing else is lost but white space at a cut.
 */
export function splitMarkdown(markdown: string, limit: number): string[] {
  const source = readSource(cutFences(shortenLinks(markdown, limit), limit));
  const parts: string[] = [];
  for (let at = 0; at < source.text.length; ) {
    at = skipBlankLines(source.text, at);
    const end = partEnd(source, at, limit);
    const part = source.text.slice(at, end).trimEnd();
    if (part !== '') parts.push(part);
    at = end;
  }
  return parts;
}

/** A label may hold links itself, so it takes a second look; what is too long even then is cut like text. */
function shortenLinks(markdown: string, limit: number): string {
  let text = markdown;
  for (let pass = 0; pass < 3; pass++) {
    const tooLong = findLinks(text, findFences(text)).filter(
      (link) => slackLength(text.slice(link.start, link.end)) > limit,
    );
    if (tooLong.length === 0) return text;
    text = replaceRanges(text, tooLong, (link: Link) => link.label);
  }
  return text;
}

/** Every fence closed, and none longer than `limit`: a longer one becomes several, each with its language. */
function cutFences(text: string, limit: number): string {
  const wrong = findFences(text).filter(
    (fence) => !fence.closed || slackLength(text.slice(fence.start, fence.end)) > limit,
  );
  return replaceRanges(text, wrong, (fence) => fencePieces(text, fence, limit).join('\n'));
}

function replaceRanges<R extends Range>(text: string, ranges: readonly R[], replacement: (range: R) => string): string {
  let replaced = '';
  let from = 0;
  for (const range of ranges) {
    replaced += text.slice(from, range.start) + replacement(range);
    from = range.end;
  }
  return replaced + text.slice(from);
}

function fencePieces(text: string, fence: Fence, limit: number): string[] {
  const { indent, marks } = fence;
  // What stands behind the marks and is no language name is kept as the first line of the code.
  const longInfo = fence.info.length > longestInfo;
  const code =
    (longInfo ? `${indent}${fence.info}\n` : '') + text.slice(fence.bodyStart, fence.bodyEnd).replace(/\n$/, '');
  const reopen = indent + marks + (longInfo ? '' : fence.info);
  const close = indent + marks;
  const first = longInfo
    ? fence.opening.slice(0, fence.opening.indexOf(marks) + marks.length)
    : fence.opening.trimEnd();
  const cost = costs(code);
  // The floor keeps deep quotes in tiny parts going forward; real posts are far above it.
  const room = Math.max(50, limit - slackLength(reopen) - slackLength(close) - slackLength(indent) - 2);
  const pieces: string[] = [];
  let continued = false;
  for (let at = 0; ; ) {
    const end = lineCut(code, at, reachOf(cost, at, room), marks);
    const lines = (continued ? indent : '') + code.slice(at, end);
    pieces.push(`${pieces.length === 0 ? first : reopen}\n${lines}${lines === '' ? '' : '\n'}${close}`);
    if (end >= code.length) return pieces;
    continued = code[end] !== '\n';
    at = continued ? end : end + 1;
  }
}

/** The last line end up to `reach`, else a cut in the line, at a word where possible. */
function lineCut(code: string, from: number, reach: number, marks: string): number {
  if (reach >= code.length) return code.length;
  const line = code.lastIndexOf('\n', reach);
  if (line > from) return line;
  const middle = from + Math.ceil((reach - from) / 2);
  const word = code.lastIndexOf(' ', reach - 1) + 1;
  let cut = avoidPair(code, word > middle ? word : reach);
  // A line must not begin with marks that it did not begin with: they would close the fence.
  while (cut > middle && code[cut] === marks[0]) cut--;
  return cut;
}

function readSource(text: string): Source {
  const fences = findFences(text);
  const whole = [...fences, ...findLinks(text, fences)].sort((a, b) => a.start - b.start);
  return { text, whole, cost: costs(text) };
}

function costs(text: string): Uint32Array {
  const cost = new Uint32Array(text.length + 1);
  for (let at = 0; at < text.length; at++) cost[at + 1] = (cost[at] ?? 0) + 1 + extraLength(text[at]);
  return cost;
}

/** The indent of the first line with text belongs to its list or code, and stays. */
function skipBlankLines(text: string, from: number): number {
  let start = from;
  for (let at = from; at < text.length && /\s/.test(text[at] ?? ''); at++) if (text[at] === '\n') start = at + 1;
  return start;
}

function partEnd(source: Source, from: number, limit: number): number {
  const reach = reachOf(source.cost, from, limit);
  if (reach >= source.text.length) return source.text.length;
  const cut = findCut(source, from, reach);
  // Nothing to cut at but a link that is too long and could not be shortened.
  return cut > from ? cut : Math.max(from + 1, avoidPair(source.text, reach));
}

/** The best cut after `from` and up to `reach`; `from` where there is none. A good cut wastes at most three quarters. */
function findCut(source: Source, from: number, reach: number): number {
  for (const floor of [from + Math.floor((reach - from) / 4), from]) {
    for (const ending of ['\n\n', '\n']) {
      const cut = lastLineCut(source, floor, reach, ending);
      if (cut > floor) return cut;
    }
    for (const ending of [/[.!?…。！？]["')\]]?[ \t]/g, /[ \t]/g]) {
      const cut = lastWordCut(source, floor, reach, ending);
      if (cut > floor) return cut;
    }
  }
  return outOf(source, avoidPair(source.text, reach));
}

function lastLineCut(source: Source, floor: number, reach: number, ending: string): number {
  let end = reach;
  while (end > floor) {
    const at = source.text.lastIndexOf(ending, end - ending.length);
    if (at < floor) return floor;
    const cut = at + ending.length;
    const out = outOf(source, cut);
    if (out === cut) return cut;
    // A fence begins at the end of a line: as good as a paragraph's end.
    if (out > floor && source.text[out - 1] === '\n') return out;
    end = out;
  }
  return floor;
}

function lastWordCut(source: Source, floor: number, reach: number, ending: RegExp): number {
  let last = floor;
  for (const match of source.text.slice(floor, reach).matchAll(ending)) {
    const cut = floor + match.index + match[0].length;
    if (outOf(source, cut) === cut) last = cut;
  }
  return last;
}

/** `at`, or the start of the fence or link that a cut there would break. */
function outOf(source: Source, at: number): number {
  let low = 0;
  let high = source.whole.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((source.whole[middle]?.end ?? 0) > at) high = middle;
    else low = middle + 1;
  }
  return Math.min(at, source.whole[low]?.start ?? at);
}

/** The furthest end from `from` that costs at most `budget`. */
function reachOf(cost: Uint32Array, from: number, budget: number): number {
  const most = (cost[from] ?? 0) + budget;
  let low = from;
  let high = cost.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((cost[middle] ?? 0) <= most) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Does not cut a surrogate pair. */
function avoidPair(text: string, at: number): number {
  return /[\uD800-\uDBFF]/.test(text[at - 1] ?? '') ? at - 1 : at;
}

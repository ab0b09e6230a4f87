import { findJsonError } from './json-error.ts';

/** One element of a list with the line on which it starts, or what is wrong and on which line. */
export type ListItem =
  | { readonly line: number; readonly value: unknown }
  | { readonly line: number; readonly problem: string };

/** A message has at most 40,000 characters several times over; a channel of 100,000 members takes 1.5 MiB. */
const maxItemBytes = 8 * 1024 * 1024;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openList = 0x5b;
const closeList = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;
const newline = 0x0a;

type State =
  | 'before the list'
  | 'first item or end'
  | 'next item'
  | 'in item'
  | 'after item'
  | 'after the list'
  | 'broken';

/**
 * The elements of a JSON list, each parsed alone, so that memory holds one and not the file. An element that is
 * no JSON is reported and the next one is read; where the list itself breaks, reading ends with that problem.
 */
export async function* readJsonList(chunks: AsyncIterable<Buffer>): AsyncGenerator<ListItem> {
  const splitter = new ListSplitter();
  for await (const chunk of chunks) {
    yield* splitter.feed(chunk);
    if (splitter.isBroken) return;
  }
  yield* splitter.end();
}

/** Works on bytes: the signs of JSON are ASCII, and in UTF-8 no other character contains an ASCII byte. */
class ListSplitter {
  #state: State = 'before the list';
  #line = 1;
  #isFirstByte = true;
  // The item under way.
  #itemLine = 1;
  /** The signs that close what is open, the innermost last. */
  #closers: number[] = [];
  #inString = false;
  #escaped = false;
  #isCrossed = false;
  #parts: Buffer[] = [];
  #size = 0;

  get isBroken(): boolean {
    return this.#state === 'broken';
  }

  get #isInItem(): boolean {
    return this.#state === 'in item';
  }

  *feed(chunk: Buffer): Generator<ListItem> {
    const hasMark = this.#isFirstByte && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
    this.#isFirstByte = false;
    let start = this.#isInItem ? 0 : -1;
    for (let at = hasMark ? 3 : 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (this.#isInItem) {
        const end = this.#scanItem(byte, at);
        if (end !== -1) {
          this.#keep(chunk.subarray(start, end));
          if (this.#isCrossed) {
            yield this.#breakInItem('a wrong bracket');
            return;
          }
          start = -1;
          yield this.#takeItem();
          // A bare value such as `12` ends before the sign that follows it.
          at = end - 1;
          continue;
        }
      } else {
        const problem = this.#scanBetween(byte);
        if (problem !== null) {
          this.#state = 'broken';
          yield { line: this.#line, problem };
          return;
        }
        if (this.#isInItem) start = at;
      }
      if (byte === newline) this.#line += 1;
    }
    if (start === -1) return;
    this.#keep(chunk.subarray(start));
    if (this.#size > maxItemBytes)
      yield this.#breakInItem(`one element is larger than ${maxItemBytes / 1024 / 1024} MiB`);
  }

  *end(): Generator<ListItem> {
    if (this.#isInItem) yield this.#breakInItem('ends in the middle');
    else if (this.#state === 'before the list') yield { line: this.#line, problem: 'is empty' };
    else if (this.#state !== 'after the list')
      yield { line: this.#line, problem: 'invalid JSON: the list does not end' };
  }

  /** The index behind the item's last byte; -1 while it goes on. */
  #scanItem(byte: number, at: number): number {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === backslash) this.#escaped = true;
      // A text cannot go over lines, so a missing quote is caught on its own line and not at the file's end.
      else if (byte === newline) this.#inString = false;
      else if (byte === quote) {
        this.#inString = false;
        if (this.#closers.length === 0) return at + 1;
      }
      return -1;
    }
    if (byte === quote) this.#inString = true;
    else if (byte === openObject) this.#closers.push(closeObject);
    else if (byte === openList) this.#closers.push(closeList);
    else if (this.#closers.length === 0) return byte === comma || byte === closeList || isSpace(byte) ? at : -1;
    else if (byte === closeObject || byte === closeList) {
      // Where the wrong sign closes, nobody can tell which elements follow.
      if (this.#closers.pop() !== byte) this.#isCrossed = true;
      if (this.#isCrossed || this.#closers.length === 0) return at + 1;
    }
    return -1;
  }

  /** What is wrong, or null. */
  #scanBetween(byte: number): string | null {
    if (isSpace(byte)) return null;
    if (this.#state === 'before the list') {
      if (byte !== openList) return 'is no JSON list';
      this.#state = 'first item or end';
      return null;
    }
    if (this.#state === 'after the list') return 'invalid JSON: something follows after the end';
    if (this.#state === 'after item') {
      if (byte !== comma && byte !== closeList) return 'invalid JSON: , or ] is missing';
      this.#state = byte === comma ? 'next item' : 'after the list';
      return null;
    }
    if (byte === closeList && this.#state === 'first item or end') {
      this.#state = 'after the list';
      return null;
    }
    if (byte === comma || byte === closeList || byte === closeObject) return 'invalid JSON: an element is missing';
    this.#state = 'in item';
    this.#itemLine = this.#line;
    this.#closers = byte === openObject ? [closeObject] : byte === openList ? [closeList] : [];
    this.#inString = byte === quote;
    return null;
  }

  #keep(part: Buffer): void {
    this.#parts.push(part);
    this.#size += part.length;
  }

  #takeText(): string {
    const [only] = this.#parts;
    const text = (this.#parts.length === 1 && only !== undefined ? only : Buffer.concat(this.#parts)).toString('utf8');
    this.#parts = [];
    this.#size = 0;
    this.#state = 'after item';
    return text;
  }

  #takeItem(): ListItem {
    const text = this.#takeText();
    try {
      return { line: this.#itemLine, value: JSON.parse(text) };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return this.#problemIn(text, 'cannot be parsed');
    }
  }

  /** The element never ended. Where its text is wrong before that, this is the place to name. */
  #breakInItem(otherwise: string): ListItem {
    const text = this.#takeText();
    this.#state = 'broken';
    return this.#problemIn(text, otherwise);
  }

  #problemIn(text: string, otherwise: string): ListItem {
    const error = findJsonError(text);
    if (error === null || error.offset === text.length) {
      const isSyntax = !otherwise.startsWith('one element');
      const line = isSyntax ? this.#itemLine + countLines(text.trimEnd()) : this.#itemLine;
      return { line, problem: isSyntax ? `invalid JSON: ${otherwise}` : otherwise };
    }
    return {
      line: this.#itemLine + countLines(text.slice(0, error.offset)),
      problem: `invalid JSON: ${error.problem}`,
    };
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === newline || byte === 0x0d || byte === 0x09;
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

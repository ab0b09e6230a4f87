export interface JsonError {
  /** Where it breaks, in characters from the start. */
  readonly offset: number;
  /** What is wrong, without any of the text. */
  readonly problem: string;
}

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or the end';

const space = /[ \t\n\r]*/y;
const scalar = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/**
 * The place where a text stops being one JSON value; null where it is one. `JSON.parse` tells no position for
 * most of its errors. Keeps a stack of its own, so depth cannot overflow it.
 */
export function findJsonError(text: string): JsonError | null {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let at = 0;
  for (;;) {
    at = skip(space, text, at);
    if (expected === ', or the end' && open.length === 0) {
      return at === text.length ? null : { offset: at, problem: 'something follows after the end' };
    }
    const sign = text[at];
    if (sign === undefined) return { offset: at, problem: 'ends in the middle' };
    const closes = open.at(-1) === '{' ? '}' : ']';
    if (sign === closes && open.length > 0 && mayClose(expected, closes)) {
      open.pop();
      expected = ', or the end';
      at += 1;
    } else if (expected === ', or the end' || expected === ':') {
      if (sign !== expected.charAt(0))
        return { offset: at, problem: `${expected === ':' ? ':' : `, or ${closes}`} is missing` };
      expected = expected !== ':' && closes === '}' ? 'key' : 'value';
      at += 1;
    } else if (sign === '"') {
      const end = endOfString(text, at);
      if (typeof end !== 'number') return end;
      at = end;
      expected = isKey(expected) ? ':' : ', or the end';
    } else if (isKey(expected)) {
      return { offset: at, problem: 'a key in double quotes is missing' };
    } else if (sign === '{' || sign === '[') {
      open.push(sign);
      expected = sign === '{' ? 'key or }' : 'value or ]';
      at += 1;
    } else {
      const end = skip(scalar, text, at);
      if (end === at) return { offset: at, problem: 'no JSON value' };
      at = end;
      expected = ', or the end';
    }
  }
}

function isKey(expected: Expected): boolean {
  return expected === 'key' || expected === 'key or }';
}

function mayClose(expected: Expected, closes: '}' | ']'): boolean {
  return expected === ', or the end' || expected === (closes === '}' ? 'key or }' : 'value or ]');
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

/** A loop and no pattern: a pattern's backtracking would overflow on a text of megabytes. */
function endOfString(text: string, start: number): number | JsonError {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    if (code < 0x20)
      return {
        offset: at,
        problem: code === 0x0a ? 'a text does not end on its line' : 'a control character in a text',
      };
    if (code !== 0x5c) continue;
    const escapeSequence = /^(?:["\\/bfnrt]|u[\da-fA-F]{4})/.exec(text.slice(at + 1, at + 6));
    if (escapeSequence === null) return { offset: at, problem: 'a wrong escape in a text' };
    at += escapeSequence[0].length;
  }
  return { offset: text.length, problem: 'ends in the middle' };
}

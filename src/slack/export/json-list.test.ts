import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findJsonError } from './json-error.ts';
import { type ListItem, readJsonList } from './json-list.ts';

async function* inChunks(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, size = 7): Promise<ListItem[]> {
  const items: ListItem[] = [];
  for await (const item of readJsonList(inChunks(text, size))) items.push(item);
  return items;
}

test('any JSON list is read as JSON.parse reads it, however it is cut and indented', async () => {
  const property = fc.asyncProperty(
    fc.array(fc.jsonValue({ maxDepth: 4 })),
    fc.integer({ min: 1, max: 20 }),
    fc.constantFrom(0, 1, 4),
    async (list, size, indent) => {
      const text = JSON.stringify(list, null, indent);
      const values = (await read(text, size)).map((item) => ('value' in item ? item.value : item));
      expect(values).toStrictEqual(JSON.parse(text));
    },
  );
  await fc.assert(property, { numRuns: 500 });
});

test('a text is found broken exactly where JSON.parse refuses it', () => {
  const text = fc.json({ maxDepth: 3 });
  const property = fc.property(
    text,
    fc.nat(),
    fc.constantFrom('', '"', '{', ']', ',', ':', '\n', 'x', '1', '\\'),
    (json, at, sign) => {
      const place = at % (json.length + 1);
      const changed = json.slice(0, place) + sign + json.slice(place + 1);
      let isJson = true;
      try {
        JSON.parse(changed);
      } catch {
        isJson = false;
      }
      expect(findJsonError(changed) === null).toBe(isJson);
    },
  );
  fc.assert(property, { numRuns: 3_000 });
});

test('each element knows the line where it starts', async () => {
  const items = await read('\ufeff[\n  {"a": 1},\n  {\n    "b": "x"\n  }, 3\n, "é\\"]"\n]\n', 3);
  expect(items).toStrictEqual([
    { line: 2, value: { a: 1 } },
    { line: 3, value: { b: 'x' } },
    { line: 5, value: 3 },
    { line: 6, value: 'é"]' },
  ]);
});

test.each([
  ['', 1, 'is empty'],
  ['{"ok": true}', 1, 'is no JSON list'],
  ['[\n{"a": 1}\n{"a": 2}\n]', 3, 'invalid JSON: , or ] is missing'],
  ['[\n{"a": 1},\n]', 3, 'invalid JSON: an element is missing'],
  ['[\n{"a": 1}}\n]', 2, 'invalid JSON: , or ] is missing'],
  ['[\n{"a": 1}\n', 3, 'invalid JSON: the list does not end'],
  ['[\n{"a": 1,\n "b"', 3, 'invalid JSON: ends in the middle'],
  ['[\n{"a": 1,\n {"b": 2}\n]', 3, 'invalid JSON: a key in double quotes is missing'],
  ['[\n{"a": 1}\n]\n[]', 4, 'invalid JSON: something follows after the end'],
  ['[\n{"a": 1,\n "b": tru}\n]', 3, 'invalid JSON: no JSON value'],
  ['[\n{"a":\n "b\n}\n]', 3, 'invalid JSON: a text does not end on its line'],
  ['[\n{"a":\n "\\x"}\n]', 3, 'invalid JSON: a wrong escape in a text'],
])('%j breaks on line %i', async (text, line, problem) => {
  const problems = (await read(text)).filter((item) => 'problem' in item);
  expect(problems).toStrictEqual([{ line, problem }]);
});

test('an element that is no JSON does not hide its neighbours', async () => {
  const items = await read('[\n{"a": 1},\n{"a": nope},\n{"a": "cut\n},\n{"a": 4}\n]');
  expect(items.map((item) => ('value' in item ? item.value : item.line))).toStrictEqual([{ a: 1 }, 3, 4, { a: 4 }]);
});

test('an element without an end does not fill the memory', async () => {
  const items = await read(`[\n"${'x'.repeat(9 * 1024 * 1024)}"]`, 65_536);
  expect(items).toStrictEqual([{ line: 2, problem: 'one element is larger than 8 MiB' }]);
});

test('depth overflows nothing', async () => {
  const [item] = await read(`[${'['.repeat(3_000_000)}`, 65_536);
  expect(item).toStrictEqual({ line: 1, problem: 'invalid JSON: ends in the middle' });
});

import fc from 'fast-check';

const word = fc.constantFrom(
  'alpha',
  'béta',
  'x',
  '😀',
  'a&b',
  '<T>',
  'end.',
  'really?',
  '`code`',
  '**bold**',
  '<@U1AB>',
  '@here',
  '<!channel>',
  '<!subteam^S1|@ops>',
  '@everyone',
  '(',
  '[x',
  '_a_',
);
const link = fc
  .record({
    label: fc.constantFrom('the plan', 'a [b] c', 'two\nlines', '![img](https://i.io/x.png)'),
    path: fc.nat({ max: 150 }),
  })
  .map(({ label, path }) => `[${label}](https://example.com/${'p'.repeat(path)}_(1)?a=1&b=2)`);
const address = fc.nat({ max: 200 }).map((length) => `https://example.com/${'q'.repeat(length)}`);
const sentence = fc
  .array(fc.oneof({ weight: 6, arbitrary: word }, { weight: 1, arbitrary: link }, { weight: 1, arbitrary: address }), {
    minLength: 1,
    maxLength: 60,
  })
  .map((all) => all.join(' '));
const codeLine = fc
  .array(fc.constantFrom('let a = 1;', '  indent', '[x](y)', '', '@here', 'if (a < b && c)'), { maxLength: 8 })
  .map((all) => all.join(' '));
const longLine = fc.nat({ max: 300 }).map((length) => 'ab```c~~~d '.repeat(length % 7) + 'xy`'.repeat(length));
const fence = fc
  .record({
    lines: fc.array(
      fc.oneof({ weight: 9, arbitrary: codeLine }, { weight: 1, arbitrary: longLine.map((line) => `a${line}`) }),
      { maxLength: 40 },
    ),
    language: fc.constantFrom('', 'ts', 'python'),
    marks: fc.constantFrom('```', '~~~~', '````'),
    item: fc.constantFrom('', '- ', '  '),
  })
  .map(({ lines, language, marks, item }) => {
    const indent = ' '.repeat(item.length);
    return [item + marks + language, ...lines.map((line) => indent + line), indent + marks].join('\n');
  });
const list = fc
  .array(sentence, { minLength: 1, maxLength: 5 })
  .map((items) => items.map((item) => `- ${item}`).join('\n'));
const longWord = fc.nat({ max: 1_500 }).map((length) => 'w'.repeat(length + 1));
/** Answers as models write them, with everything that a cut could break. For property tests. */
export const answer = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: sentence },
      { weight: 2, arbitrary: fence },
      { weight: 2, arbitrary: list },
      longWord,
      fc.string({ unit: 'grapheme', maxLength: 300 }),
    ),
    { maxLength: 12 },
  )
  .map((paragraphs) => paragraphs.join('\n\n'));

/** What Slack would notify people for. */
export const live =
  /<!(?:here|channel|everyone|group|subteam)|(?<![\p{L}\p{N}])@(?:here|channel|everyone)(?![\p{L}\p{N}_])/iu;

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answer, live } from './answer-arbitrary.ts';
import { findFences, findLinks } from './markdown-ranges.ts';
import { neutralisePings, pingBreaker } from './neutralise-pings.ts';
import { slackLength } from './split-markdown.ts';
import { maxFallback, maxPost, toSlackPosts } from './to-slack-markdown.ts';

const runs = 500;
const limit = 500;

function parts(markdown: string, at = limit): string[] {
  return toSlackPosts(markdown, at).map((post) => post.blocks[0].text);
}

/** The text without what a split may change: white space, fence lines, and the joiners of neutralised pings. */
function essence(text: string): string {
  return text
    .replaceAll('\0', '')
    .replace(/^[ \t>]*(?:[-*+][ \t]+)?(?:`{3,}|~{3,}).*$/gm, '')
    .replace(/[\s\u2060]+/g, '');
}

test('nothing is lost in a split, and every part is within the limit', () => {
  fc.assert(
    fc.property(answer, (markdown) => {
      const split = parts(markdown);
      for (const part of split) {
        expect(slackLength(part)).toBeLessThanOrEqual(limit);
        expect(part.trim()).not.toBe('');
      }
      expect(essence(split.join('\n'))).toBe(essence(markdown));
    }),
    { numRuns: runs },
  );
});

test('fences are balanced in every part, and a reopened one keeps its language', () => {
  fc.assert(
    fc.property(answer, (markdown) => {
      const languages = new Set(findFences(markdown).map((each) => each.info));
      for (const part of parts(markdown)) {
        for (const each of findFences(part)) {
          expect(each.closed).toBe(true);
          expect(languages).toContain(each.info);
        }
      }
    }),
    { numRuns: runs },
  );
});

test('a fence that fits into one part is never cut', () => {
  fc.assert(
    fc.property(answer, (markdown) => {
      const split = parts(markdown).map(neutralisePings);
      const clean = neutralisePings(markdown);
      for (const each of findFences(clean)) {
        const text = clean.slice(each.start, each.end);
        if (each.closed && slackLength(text) <= limit - 20)
          expect(split.some((part) => part.includes(text.trim()))).toBe(true);
      }
    }),
    { numRuns: runs },
  );
});

test('links that fit stay whole', () => {
  fc.assert(
    fc.property(answer, (markdown) => {
      const split = parts(markdown);
      const clean = neutralisePings(markdown.replaceAll('\0', '').toWellFormed().replace(/\r\n?/g, '\n'));
      for (const each of findLinks(clean, findFences(clean))) {
        const text = clean.slice(each.start, each.end);
        if (slackLength(text) <= limit - 20) expect(split.some((part) => part.includes(text))).toBe(true);
      }
    }),
    { numRuns: runs },
  );
});

test('no answer pings a channel or a group, wherever it is cut', () => {
  const pieces = fc.array(
    fc.constantFrom(
      '<',
      '!',
      '@',
      'here',
      'channel',
      'everyone',
      'subteam^S1',
      '|',
      '>',
      '&lt;',
      ' ',
      'w'.repeat(97),
      '\n',
      '`',
      '@hereafter',
    ),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        answer,
        pieces.map((all) => all.join('')),
      ),
      (markdown) => {
        for (const post of toSlackPosts(markdown, limit)) {
          expect(post.blocks[0].text.replace(/https?:\/\/[^\s<>()|]+/g, '')).not.toMatch(live);
          expect(post.text.replace(/https?:\/\/[^\s<>()|]+/g, '')).not.toMatch(live);
        }
      },
    ),
    { numRuns: runs },
  );
});

test('a short answer is one post with a plain fallback', () => {
  const posts = toSlackPosts('# Plan\n\n**Ship** on [Friday](https://x.io/f) & ask <@U1AB> or <!here>.\r\n');
  expect(posts).toEqual([
    {
      text: `Plan\n\nShip on Friday (https://x.io/f) &amp; ask <@U1AB> or &lt;!${pingBreaker}here&gt;.`,
      blocks: [
        {
          type: 'markdown',
          text: `# Plan\n\n**Ship** on [Friday](https://x.io/f) & ask <@U1AB> or <!${pingBreaker}here>.`,
        },
      ],
    },
  ]);
});

test.each(['', '  \n\n ', '\0'])('an empty answer is no post (%j)', (markdown) => {
  expect(toSlackPosts(markdown)).toEqual([]);
});

test('a long answer keeps to the real limits, with a short fallback on each post', () => {
  const paragraph = `${'Some words about the deploy & its <state>. '.repeat(20)}\n\n`;
  const posts = toSlackPosts(paragraph.repeat(60));
  expect(posts.length).toBeGreaterThan(4);
  for (const post of posts) {
    expect(slackLength(post.blocks[0].text)).toBeLessThanOrEqual(maxPost);
    expect(post.blocks[0].text.endsWith('<state>.')).toBe(true);
    expect(post.text.length).toBeLessThanOrEqual(maxFallback);
  }
});

test('a fence longer than a post is closed and opened again with its language', () => {
  const code = Array.from({ length: 200 }, (_, line) => `line ${line};`).join('\n');
  const split = parts(`Look:\n\n\`\`\`ts\n${code}\n\`\`\`\n\nDone.`);
  expect(split.length).toBeGreaterThan(3);
  expect(split.filter((part) => part.includes('```ts\n'))).toHaveLength(split.length - (split[0] === 'Look:' ? 1 : 0));
  expect(split.at(-1)).toMatch(/line 199;\n```\n\nDone\.$/);
  expect(split.flatMap((part) => part.match(/line \d+;/g) ?? [])).toHaveLength(200);
});

test('a cut in a long line of code does not close its fence', () => {
  for (let length = 400; length < 480; length++) {
    const line = `${'x'.repeat(length)}\`\`\`\`\``;
    const split = parts(`\`\`\`\n${line}\n${'next\n'.repeat(200)}\`\`\``);
    for (const part of split) expect(findFences(part)).toMatchObject([{ start: 0, end: part.length, closed: true }]);
  }
});

test('a fence that the model left open is closed', () => {
  expect(parts('Look:\n```sh\nls')).toEqual(['Look:\n```sh\nls\n```']);
});

test('only a link longer than a post loses its address', () => {
  const long = `https://example.com/${'x'.repeat(2 * limit)}`;
  expect(parts(`See [the plan](${long}) and <${long}|this> and ${long} now`)).toEqual([
    'See the plan and this and https://example.com/… now',
  ]);
});

test('a paragraph end is preferred over a line end, a line end over a sentence', () => {
  const filler = 'word '.repeat(50).trim();
  expect(parts(`${filler}.\n\n${filler}. ${filler}`)[0]).toBe(`${filler}.`);
  expect(parts(`${filler}\n${filler}. ${filler}`)[0]).toBe(filler);
  expect(parts(`${filler}. ${filler} ${filler}`)[0]).toBe(`${filler}.`);
});

test.each([
  '[a](',
  '![',
  '```\n',
  '<',
  '> ',
  '`',
  '\\',
  '@',
  '[[',
  '((',
  ' \t',
  '&',
  '\n',
  '- ```x\n',
  '[a](b ',
  '>>>>>>>> ```\n> x\n',
])('%j a hundred thousand times takes linear time', (piece) => {
  const start = performance.now();
  for (const part of parts(piece.repeat(100_000 / piece.length), maxPost))
    expect(slackLength(part)).toBeLessThanOrEqual(maxPost);
  expect(performance.now() - start).toBeLessThan(3_000);
});

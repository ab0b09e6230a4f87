import { expect, test } from 'vitest';
import { parseInline, parseMrkdwn } from './mrkdwn.ts';

const text = (value: string) => ({ type: 'text', text: value });

test('marks become nodes and nest', () => {
  expect(parseInline('a *b _c_* ~d~')).toEqual([
    text('a '),
    { type: 'bold', children: [text('b '), { type: 'italic', children: [text('c')] }] },
    text(' '),
    { type: 'strike', children: [text('d')] },
  ]);
});

test('marks inside words and around spaces stay text', () => {
  for (const plain of ['2 * 3 * 4', 'snake_case_name', 'a*b*c', '* list', '**']) {
    expect(parseInline(plain)).toEqual([text(plain)]);
  }
});

test('people, channels and pings are told apart', () => {
  expect(parseInline('<@U03> <#C02|general> <!here>')).toEqual([
    { type: 'person', id: 'U03', label: null },
    text(' '),
    { type: 'channel', id: 'C02', label: 'general' },
    text(' '),
    { type: 'broadcast', label: '@here' },
  ]);
});

test('links keep their labels, and the full stop stays outside', () => {
  expect(parseInline('<https://x.org/?a=1&amp;b=2|the *plan*>')).toEqual([
    { type: 'link', url: 'https://x.org/?a=1&b=2', label: 'the *plan*' },
  ]);
  expect(parseInline('see https://x.org/a_b_c.')).toEqual([
    text('see '),
    { type: 'link', url: 'https://x.org/a_b_c', label: 'https://x.org/a_b_c' },
    text('.'),
  ]);
});

test('an address that could run a script is no link', () => {
  expect(parseInline('<javascript:alert(1)|x>')).toEqual([text('<javascript:alert(1)|x>')]);
  expect(parseInline('<img src=x onerror=alert(1)>')).toEqual([text('<img src=x onerror=alert(1)>')]);
});

test('nothing inside code is interpreted, and entities are decoded once', () => {
  expect(parseInline('`*a* <@U1>`')).toEqual([{ type: 'code', text: '*a* <@U1>' }]);
  expect(parseMrkdwn('```\nif (a &lt; b) *c*\n```')).toEqual([{ type: 'code', text: 'if (a < b) *c*' }]);
  expect(parseInline('&amp;lt;')).toEqual([text('&lt;')]);
});

test('quotes, paragraphs and fences are blocks', () => {
  expect(parseMrkdwn('one\n&gt; two\n&gt; three\n```x```\nfour')).toEqual([
    { type: 'paragraph', children: [text('one')] },
    { type: 'quote', children: [text('two\nthree')] },
    { type: 'code', text: 'x' },
    { type: 'paragraph', children: [text('four')] },
  ]);
});

test('a fence that is never closed is text', () => {
  expect(parseMrkdwn('a ```b')).toEqual([
    { type: 'paragraph', children: [text('a ')] },
    { type: 'paragraph', children: [text('```b')] },
  ]);
});

test('40,000 characters of marks are parsed in well under a second', () => {
  const start = performance.now();
  for (const sign of ['*', '_', '~', '`', '<', '*a ', '_ a', '> ', '```', '&lt;'])
    parseMrkdwn(sign.repeat(40_000 / sign.length));
  expect(performance.now() - start).toBeLessThan(2000);
});

import { expect, test } from 'vitest';
import type { Person } from '../api.ts';
import { decodeText, encodeText, findPeople, insertMention, mentionAt } from './mentions.ts';

const person = (id: string, name: string, display: string | null, more: Partial<Person> = {}): Person => ({
  id,
  name,
  display_name: display,
  is_bot: false,
  is_pup: false,
  is_guest: false,
  ...more,
});
const people = [
  person('UPUP', 'pup', 'pup', { is_bot: true, is_pup: true }),
  person('U01', 'anna', 'Anna Berg'),
  person('U02', 'anna.k', 'Anna'),
  person('U03', 'bo', 'Bo (Ops)'),
  person('U04', 'sam1', 'Sam'),
  person('U05', 'sam2', 'Sam'),
  person('U06', 'ci', 'CI', { is_bot: true }),
];

test('names become ids, the longest first, and whatever their case', () => {
  expect(encodeText('@pup ask @Anna Berg or @anna.k, @Bo (Ops)!', people)).toBe(
    '<@UPUP> ask <@U01> or <@U02>, <@U03>!',
  );
  expect(encodeText('@PUP?', people)).toBe('<@UPUP>?');
});

test('what is no mention stays as it is', () => {
  expect(encodeText('mail me@pup.org, @puppy, `@pup`', people)).toBe('mail me@pup.org, @puppy, `@pup`');
});

test('signs are escaped, links are kept', () => {
  expect(encodeText('a < b & c <https://x.org/?a&b|x>', people)).toBe('a &lt; b &amp; c <https://x.org/?a&amp;b|x>');
});

test('what was sent comes back for editing and is sent the same again', () => {
  for (const sent of ['<@UPUP> a &lt; b `x &amp; y`', 'see <https://x.org/?a&amp;b|x> <@U05>', '<@U99> left']) {
    expect(encodeText(decodeText(sent, people), people)).toBe(sent);
  }
  expect(decodeText('<@U05> and <@U01>', people)).toBe('@sam2 and @Anna Berg');
});

test('a mention is offered only right behind an @ that starts a word', () => {
  expect(mentionAt('hi @an', 6)).toEqual({ start: 3, query: 'an' });
  expect(mentionAt('@', 1)).toEqual({ start: 0, query: '' });
  expect(mentionAt('me@an', 5)).toBeNull();
  expect(mentionAt('@pup what', 9)).toBeNull();
});

test('pup comes first, and other bots are not offered', () => {
  expect(findPeople('', people, 3).map(({ id }) => id)).toEqual(['UPUP', 'U02', 'U01']);
  expect(findPeople('ber', people).map(({ id }) => id)).toEqual(['U01']);
  expect(findPeople('ci', people)).toEqual([]);
});

test('a chosen name replaces what was typed and leaves the rest', () => {
  expect(insertMention('hi @an there', 6, { start: 3, query: 'an' }, 'Anna')).toEqual({
    text: 'hi @Anna there',
    caret: 9,
  });
});

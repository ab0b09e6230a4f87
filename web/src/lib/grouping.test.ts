import { expect, test } from 'vitest';
import type { Message } from '../api.ts';
import { groupMessages } from './grouping.ts';
import { mergeMessages, removeMessage } from './message-list.ts';
import { dayLabel, shortTimeOfTs, timeOfTs } from './time.ts';

const oslo = { locale: 'en-GB', timeZone: 'Europe/Oslo' };
const at = (iso: string): string => `${Date.parse(iso) / 1000}.000100`;
const message = (iso: string, user: string, more: Partial<Message> = {}): Message => ({
  ts: at(iso),
  channel: 'C',
  user,
  text: 'x',
  reply_count: 0,
  is_pup: false,
  files: [],
  sources: [],
  ...more,
});

test('an author goes on in one group until five minutes have passed or another speaks', () => {
  const [day] = groupMessages(
    [
      message('2025-03-03T10:00:00Z', 'A'),
      message('2025-03-03T10:04:00Z', 'A'),
      message('2025-03-03T10:09:00Z', 'A'),
      message('2025-03-03T10:09:30Z', 'B'),
      message('2025-03-03T10:09:40Z', 'A'),
    ],
    oslo,
  );
  expect(day?.groups.map(({ user, messages }) => [user, messages.length])).toEqual([
    ['A', 2],
    ['A', 1],
    ['B', 1],
    ['A', 1],
  ]);
});

test('days are those of the viewer, not of UTC', () => {
  const night = [message('2025-03-03T22:59:00Z', 'A'), message('2025-03-03T23:01:00Z', 'A')];
  expect(groupMessages(night, oslo)).toHaveLength(2);
  expect(groupMessages(night, { ...oslo, timeZone: 'UTC' })).toHaveLength(1);
});

test('days and times are written as a reader says them', () => {
  const now = new Date('2025-03-04T12:00:00Z');
  expect(dayLabel(at('2025-03-03T23:30:00Z'), now, oslo)).toBe('Today');
  expect(dayLabel(at('2025-03-03T10:00:00Z'), now, oslo)).toBe('Yesterday');
  expect(dayLabel(at('2025-01-06T10:00:00Z'), now, oslo)).toMatch(/^Monday,? 6 January$/);
  expect(dayLabel(at('2024-01-06T10:00:00Z'), now, oslo)).toContain('2024');
  expect(timeOfTs(at('2025-03-03T13:05:00Z'), oslo)).toBe('14:05');
  expect(shortTimeOfTs(at('2025-03-03T13:05:00Z'), oslo)).toBe('3 Mar, 14:05');
});

test('merging keeps the order, replaces what was edited and doubles nothing', () => {
  const first = message('2025-03-03T10:00:00Z', 'A');
  const second = message('2025-03-03T10:01:00Z', 'A');
  const edited = { ...first, text: 'y' };
  expect(mergeMessages([second], [first])).toEqual([first, second]);
  expect(mergeMessages([first, second], [edited])).toEqual([edited, second]);
  expect(removeMessage([first, second], first.ts)).toEqual([second]);
});

import { expect, test } from 'vitest';
import { loadSampleCompany, sampleEvents, sampleTs } from './load.ts';

const company = loadSampleCompany();
const now = new Date('2026-03-01T12:00:00Z');
const said = company.channels.flatMap(({ id, messages }) =>
  messages.flatMap((root) =>
    [root, ...root.replies].map(({ at, author, text }) => ({ channel: id, at, author, text })),
  ),
);

test('the company has 12 people, 8 channels of which 2 are private, and about 600 messages', () => {
  expect(company.people).toHaveLength(12);
  expect(company.channels).toHaveLength(8);
  expect(company.channels.filter(({ kind }) => kind === 'private')).toHaveLength(2);
  expect(said.length).toBeGreaterThan(560);
  expect(said.length).toBeLessThan(720);
  expect(company.suggestions).toHaveLength(3);
});

test('only members write in a channel', () => {
  const members = new Map(company.channels.map(({ id, members: ids }) => [id, new Set(ids)]));
  expect(said.filter(({ channel, author }) => !members.get(channel)?.has(author))).toEqual([]);
});

test('moments are unique in a channel, and replies come after their root', () => {
  expect(new Set(said.map(({ channel, at }) => `${channel} ${at}`)).size).toBe(said.length);
  for (const { messages } of company.channels) {
    for (const root of messages) {
      const late = root.replies.filter(({ at }) => sampleTs(at, now) <= sampleTs(root.at, now));
      expect(late).toEqual([]);
    }
  }
});

test('no message is said twice', () => {
  const long = said.map(({ text }) => text).filter((text) => text.length > 25);
  expect(long.filter((text, index) => long.indexOf(text) !== index)).toEqual([]);
});

test('events name people and channels instead of their ids, and lie in the past', () => {
  const messages = sampleEvents(company, { team: 'T', now }).flatMap((event) =>
    event.type === 'message' ? [event.message] : [],
  );
  expect(messages).toHaveLength(said.length);
  expect(messages.filter(({ text }) => /<[@#]/.test(text))).toEqual([]);
  expect(messages.filter(({ ts }) => Number(ts) * 1000 > now.getTime())).toEqual([]);
});

import { expect, test } from 'vitest';
import { connected } from '../../test/slack-server/connected.ts';
import { SlackServer } from '../../test/slack-server/server.ts';

const ago = (seconds: number) => (Date.now() / 1000 - seconds).toFixed(6);

test('what was said while pup was away is stored in the order in which it was said, replies in threads too', async () => {
  const slack = await SlackServer.start();
  const known = slack.say('U1', 'C1', 'known', { ts: ago(7200), untold: true });
  slack.say('U1', 'C1', 'long before', { ts: ago(90_000), untold: true });
  const root = slack.say('U1', 'C1', 'one', { ts: ago(300), untold: true });
  slack.say('U2', 'C1', 'two', { ts: ago(200), threadTs: root, untold: true });
  for (let index = 0; index < 450; index += 1)
    slack.say('U2', 'C1', `m${index}`, { ts: ago(100 - index / 10), untold: true });
  slack.say('U1', 'D1', 'for you alone', { ts: ago(50), untold: true });
  await using pup = await connected('http', { slack, lastStored: async () => [{ channel: 'C1', ts: known }] });
  await pup.connection.repaired();
  const inChannel = pup.store.events.flatMap((event) =>
    event.type === 'message' && event.message.channel === 'C1' ? [event.message.text] : [],
  );
  expect(inChannel.slice(0, 4)).toEqual(['known', 'one', 'two', 'm0']);
  expect(inChannel.length).toBe(453);
  expect(pup.store.texts()).toContain('for you alone');
  const kinds = pup.store.events.map(({ type }) => type);
  expect(kinds.filter((type) => type === 'person').length).toBe(3);
  expect(kinds.filter((type) => type === 'conversation').length).toBe(2);
  expect(
    pup.store.events.flatMap((event) => (event.type === 'join' ? [`${event.channel} ${event.person}`] : [])),
  ).toEqual(['C1 U1', 'C1 U2', 'C1 U0PUP', 'D1 U1', 'D1 U0PUP']);
});

test('reading waits out a 429, and one conversation that fails does not stop the others', async () => {
  const slack = await SlackServer.start();
  slack.workspace.addChannel('C2', 'other', 'public', ['U0PUP']);
  slack.say('U1', 'C1', 'one', { untold: true });
  slack.say('U1', 'C2', 'two', { untold: true });
  slack.say('U1', 'D1', 'three', { untold: true });
  slack.fail({ method: 'users.list', kind: 'rate-limited', retryAfter: 1 });
  slack.fail({ method: 'conversations.history', kind: 'refused', error: 'not_in_channel' });
  await using pup = await connected('http', { slack });
  await pup.connection.repaired();
  expect(slack.callsOf('users.list').length).toBe(2);
  expect(pup.store.texts().length).toBe(2);
});

test('pup remembers its own messages as its own', async () => {
  await using pup = await connected('http');
  await pup.connection.repaired();
  const askedTs = pup.slack.say('U1', 'C1', 'hello <@U0PUP>');
  const place = { team: 'T0TEST', channel: 'C1', kind: 'public', threadTs: askedTs, askedTs, asker: 'U1' } as const;
  const { stream } = await pup.connection.chat.openReply(place, 'C1:1');
  const { ts } = await stream.finish('Hi', []);
  await pup.slack.http?.settled();
  const stored = pup.store.messages.get(`C1 ${ts}`);
  expect(stored).toMatchObject({
    type: 'message',
    message: { author: 'U0PUP', authorIsBot: true, text: 'Hi', replyKey: 'C1:1' },
  });
});

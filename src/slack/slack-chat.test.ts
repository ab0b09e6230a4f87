import { expect, test, vi } from 'vitest';
import { SlackServer } from '../../test/slack-server/server.ts';
import { ids } from '../../test/slack-server/workspace.ts';
import type { ReplyPlace } from '../conversation/chat.ts';
import { createLogger } from '../telemetry/log.ts';
import { createSlackClients } from './clients.ts';
import { streamMarker } from './find-reply.ts';
import { createSlackChat, permalink, type SlackChat } from './slack-chat.ts';

async function world() {
  const slack = await SlackServer.start();
  const log = createLogger('silent');
  const { post, read } = createSlackClients({ token: ids.botToken, apiUrl: slack.apiUrl, log, timeoutMs: 2000 });
  const team = () => ({ team: ids.team, userId: ids.pup, botId: ids.bot, url: 'https://acme.slack.com/' });
  const chat = createSlackChat({ postClient: post, readClient: read, team, log });
  return { slack, chat, [Symbol.asyncDispose]: () => slack[Symbol.asyncDispose]() };
}

function ask(slack: SlackServer, more: Partial<ReplyPlace> = {}): ReplyPlace {
  const askedTs = slack.say('U1', more.channel ?? 'C1', 'what did we decide, <@U0PUP>?');
  return { team: ids.team, channel: 'C1', kind: 'public', threadTs: askedTs, askedTs, asker: 'U1', ...more };
}

async function answer(chat: SlackChat, place: ReplyPlace, key: string, markdown: string): Promise<string> {
  const { stream } = await chat.openReply(place, key);
  return (await stream.finish(markdown, [])).ts;
}

const blockTexts = (slack: SlackServer, channel = 'C1') =>
  slack.posts(channel).map(({ blocks }) => (Array.isArray(blocks) ? blocks[0].text : null));

test('a reply streams into the thread and ends as one message with the whole answer and its key', async () => {
  await using it = await world();
  const place = ask(it.slack);
  const { finished, stream } = await it.chat.openReply(place, 'K1');
  expect(finished).toBeNull();
  await stream.append('We decided **to');
  await vi.waitFor(() => expect(it.slack.posts('C1')[0]?.text).toContain('We'));
  await stream.append(' ship**, @here. ');
  await vi.waitFor(
    () =>
      expect(it.slack.posts('C1')[0]?.text.replaceAll(/[\u200b\u200c\u2063]/g, '')).toMatch(/ship\*\*, @\u2060here/),
    { timeout: 5000 },
  );
  const { ts } = await stream.finish('We decided **to ship**.\n\nSources', []);
  const [call] = it.slack.callsOf('chat.startStream');
  expect(call?.args).toMatchObject({ recipient_user_id: 'U1', recipient_team_id: ids.team, thread_ts: place.threadTs });
  expect(blockTexts(it.slack)).toEqual(['We decided **to ship**.\n\nSources']);
  expect(it.slack.posts('C1')[0]).toMatchObject({
    ts,
    thread_ts: place.threadTs,
    streaming_state: 'completed',
    metadata: { event_type: 'pup_reply', event_payload: { key: 'K1', state: 'finished', part: 1, parts: 1 } },
  });
  expect((await it.chat.openReply(place, 'K1')).finished).toBe(ts);
  expect((await it.chat.openReply(place, 'K2')).finished).toBeNull();
});

test('where Slack does not stream, one message is edited instead', async () => {
  await using it = await world();
  const place = ask(it.slack, { channel: 'D1', kind: 'direct', threadTs: null });
  const { stream } = await it.chat.openReply(place, 'K1');
  await stream.append('Looking');
  await vi.waitFor(() => expect(it.slack.posts('D1')[0]?.text).toContain('Looking'));
  expect(it.slack.posts('D1')[0]).toMatchObject({ metadata: { event_payload: { key: 'K1', state: 'streaming' } } });
  for (const word of ['a', 'b', 'c', 'd']) await stream.append(` ${word}`);
  await stream.finish('Done.', []);
  expect(it.slack.posts('D1').map(({ text }) => text)).toEqual(['Done.']);
  expect(it.slack.callsOf('chat.update').length).toBeLessThanOrEqual(2);
  expect(it.slack.callsOf('chat.postMessage')[0]?.args.unfurl_links).toBe('false');
});

test.each(['chat.postMessage', 'chat.update', 'chat.startStream', 'chat.appendStream', 'chat.stopStream'])(
  'a lost answer to %s does not double the reply',
  async (method) => {
    await using it = await world();
    it.slack.fail({ method, kind: 'lost-response' });
    const direct = method === 'chat.postMessage';
    const place = direct ? ask(it.slack, { channel: 'D1', kind: 'direct', threadTs: null }) : ask(it.slack);
    const { stream } = await it.chat.openReply(place, 'K1');
    await stream.append('The first part ');
    await vi.waitFor(() => expect(it.slack.posts(place.channel).length).toBe(1));
    await stream.append('and the second');
    if (method === 'chat.appendStream')
      await vi.waitFor(() => expect(it.slack.callsOf(method).length).toBe(1), { timeout: 5000 });
    await stream.finish('The whole answer', []);
    expect(blockTexts(it.slack, place.channel)).toEqual(['The whole answer']);
    expect(it.slack.faults.take(method)).toBeNull();
  },
);

test('after an error of the server a post is made once', async () => {
  await using it = await world();
  it.slack.fail({ method: 'chat.postMessage', kind: 'server-error', times: 2 });
  await answer(it.chat, ask(it.slack), 'K1', 'Here');
  expect(blockTexts(it.slack)).toEqual(['Here']);
});

test('where Slack cannot be asked what stands, nothing is posted again', async () => {
  await using it = await world();
  const place = ask(it.slack);
  const { stream } = await it.chat.openReply(place, 'K1', { firstAttempt: true });
  it.slack.fail({ method: 'chat.postMessage', kind: 'lost-response' });
  it.slack.fail({ method: 'conversations.replies', kind: 'server-error', times: 20 });
  await expect(stream.finish('Here', [])).rejects.toMatchObject({ code: 'SLACK_UNAVAILABLE', retryable: true });
  it.slack.faults.clear();
  expect((await it.chat.openReply(place, 'K1')).finished).toBe(it.slack.posts('C1')[0]?.ts);
  expect(it.slack.posts('C1').length).toBe(1);
});

test('a stream that expired goes on in a new message, and one answer remains', async () => {
  await using it = await world();
  const { stream } = await it.chat.openReply(ask(it.slack), 'K1');
  await stream.append('The first part ');
  await vi.waitFor(() => expect(it.slack.posts('C1').length).toBe(1));
  const expired = it.slack.posts('C1')[0];
  if (expired !== undefined) expired.streaming_state = 'completed';
  await stream.append('and the second. ');
  await vi.waitFor(() => expect(it.slack.posts('C1').map(({ ts }) => ts)).not.toContain(expired?.ts), {
    timeout: 5000,
  });
  expect(it.slack.posts('C1')[0]?.text).toContain('and the second');
  await stream.finish('The whole answer', []);
  expect(blockTexts(it.slack)).toEqual(['The whole answer']);
});

test('a stream that expired before its end still gets the whole answer', async () => {
  await using it = await world();
  const { stream } = await it.chat.openReply(ask(it.slack), 'K1');
  await stream.append('The first part ');
  await vi.waitFor(() => expect(it.slack.posts('C1').length).toBe(1));
  const [row] = it.slack.posts('C1');
  if (row !== undefined) row.streaming_state = 'completed';
  await stream.finish('The whole answer', []);
  expect(blockTexts(it.slack)).toEqual(['The whole answer']);
});

test('the reply of a process that died while streaming goes on in its message', async () => {
  await using it = await world();
  const place = ask(it.slack);
  const { stream: dead } = await it.chat.openReply(place, 'K1');
  await dead.append('Half an answ');
  await vi.waitFor(() => expect(it.slack.posts('C1').length).toBe(1));
  expect(it.slack.posts('C1')[0]?.text).toContain(streamMarker('K1'));
  const { finished, stream } = await it.chat.openReply(place, 'K1');
  expect(finished).toBeNull();
  await stream.append('Another beginning ');
  await vi.waitFor(() => expect(blockTexts(it.slack)[0]).toContain('Another beginning'), { timeout: 5000 });
  await stream.finish('The whole answer', []);
  expect(blockTexts(it.slack)).toEqual(['The whole answer']);
  expect((await it.chat.openReply(place, 'K1')).finished).toBe(it.slack.posts('C1')[0]?.ts);
});

const long = Array.from(
  { length: 500 },
  (_, index) => `Paragraph ${index} of a long answer, which says a little more.`,
).join('\n\n');

test('a long answer becomes several messages in order, and a death between them is made good', async () => {
  await using it = await world();
  const place = ask(it.slack);
  const { stream: dead } = await it.chat.openReply(place, 'K1');
  it.slack.fail({ method: 'chat.postMessage', kind: 'latency', ms: 0 });
  it.slack.fail({ method: 'chat.postMessage', kind: 'refused', error: 'restricted_action' });
  await expect(dead.finish(long, [])).rejects.toMatchObject({ code: 'SLACK_REFUSED', reason: 'restricted_action' });
  expect(it.slack.posts('C1').length).toBe(1);
  const { finished, stream } = await it.chat.openReply(place, 'K1');
  expect(finished).toBeNull();
  const { ts } = await stream.finish(long, []);
  const texts = blockTexts(it.slack);
  expect(texts.length).toBe(3);
  expect(texts.join('\n\n').replaceAll(/\s+/g, ' ')).toBe(long.replaceAll(/\s+/g, ' '));
  expect((await it.chat.openReply(place, 'K1')).finished).toBe(ts);
  // a shorter second answer leaves nothing of the longer first one
  const again = await it.chat.openReply(place, 'K1');
  await again.stream.finish('Short', []);
  expect(blockTexts(it.slack)).toEqual(['Short']);
});

test('a 429 delays the posts of its channel, in order, and no other channel', async () => {
  await using it = await world();
  it.slack.workspace.addChannel('C2', 'other', 'public', ['U1', ids.pup]);
  const places = [ask(it.slack), ask(it.slack), ask(it.slack, { channel: 'C2' })];
  it.slack.fail({ method: 'chat.postMessage', kind: 'rate-limited', retryAfter: 1 });
  const done: string[] = [];
  const started = Date.now();
  await Promise.all(
    places.map(async (place, index) => {
      const { stream } = await it.chat.openReply(place, `K${index}`, { firstAttempt: true });
      await stream.finish(`Answer ${index}`, []);
      done.push(`Answer ${index}`);
    }),
  );
  expect(done).toEqual(['Answer 2', 'Answer 0', 'Answer 1']);
  expect(Date.now() - started).toBeGreaterThanOrEqual(1000);
  expect(blockTexts(it.slack)).toEqual(['Answer 0', 'Answer 1']);
});

test('a question is seen at once: by a status in direct messages, by a reaction elsewhere', async () => {
  await using it = await world();
  const direct = ask(it.slack, { channel: 'D1', kind: 'direct', threadTs: null });
  const channel = ask(it.slack);
  await Promise.all([it.chat.showSeen(direct), it.chat.showSeen(channel)]);
  expect(it.slack.workspace.statuses[0]).toMatchObject({ channel: 'D1', thread: direct.askedTs });
  expect([...it.slack.workspace.reactions]).toEqual([`C1 ${channel.askedTs} eyes`]);
  await Promise.all([it.chat.clearSeen(direct), it.chat.clearSeen(channel)]);
  expect(it.slack.workspace.statuses.at(-1)).toMatchObject({ status: '' });
  expect(it.slack.workspace.reactions.size).toBe(0);
});

test('a sign that Slack refuses falls back to a reaction, and never throws', async () => {
  await using it = await world();
  const direct = ask(it.slack, { channel: 'D1', kind: 'direct', threadTs: null });
  it.slack.fail({ method: 'assistant.threads.setStatus', kind: 'refused', error: 'missing_scope' });
  await it.chat.showSeen(direct);
  expect(it.slack.workspace.reactions.size).toBe(1);
  it.slack.fail({ method: 'reactions.remove', kind: 'server-error' });
  await it.chat.clearSeen(direct);
  it.slack.fail({ method: 'reactions.add', kind: 'rate-limited', retryAfter: 30 });
  await it.chat.showSeen(ask(it.slack));
});

test('members are read page by page, and are unknown where Slack refuses', async () => {
  await using it = await world();
  const many = Array.from({ length: 450 }, (_, index) => `U${1000 + index}`);
  it.slack.workspace.addChannel('G1', 'big', 'private', many);
  expect(await it.chat.membersOf(ids.team, 'G1')).toEqual(many);
  expect(await it.chat.membersOf(ids.team, 'G404')).toBeNull();
});

test('links are those that Slack makes', () => {
  expect(permalink('https://acme.slack.com/', 'C1', '1700000000.000100', null)).toBe(
    'https://acme.slack.com/archives/C1/p1700000000000100',
  );
  expect(permalink('https://acme.slack.com/', 'C1', '1700000000.000100', '1700000000.000100')).toBe(
    'https://acme.slack.com/archives/C1/p1700000000000100',
  );
  expect(permalink('https://acme.slack.com/', 'C1', '1700000001.000100', '1700000000.000100')).toBe(
    'https://acme.slack.com/archives/C1/p1700000001000100?thread_ts=1700000000.000100&cid=C1',
  );
});

import { expect, test, vi } from 'vitest';
import { connected } from '../../test/slack-server/connected.ts';
import { signedHeaders } from '../../test/slack-server/http-events.ts';
import { envelope } from '../../test/slack-server/server.ts';
import { InvalidInput } from '../errors.ts';

async function post(
  url: string | null,
  body: string,
  headers: Record<string, string>,
): Promise<{ status: number; code: string | undefined; headers: Headers; body: unknown }> {
  const response = await fetch(url ?? '', { method: 'POST', body, headers });
  const text = await response.text();
  const json = text === '' ? {} : JSON.parse(text);
  return { status: response.status, code: json.error?.code, headers: response.headers, body: json };
}

const event = {
  type: 'message',
  channel: 'C1',
  channel_type: 'channel',
  user: 'U1',
  ts: '1700000000.000100',
  text: 'hello',
};
const body = JSON.stringify(envelope(event, 'Ev1'));
const now = () => Math.floor(Date.now() / 1000);

test('the challenge of a new events address is answered', async () => {
  await using pup = await connected('http');
  const challenge = JSON.stringify({ type: 'url_verification', challenge: 'abc', token: 'x' });
  expect(await post(pup.url, challenge, signedHeaders(challenge))).toMatchObject({
    status: 200,
    body: { challenge: 'abc' },
  });
});

test('forged, stale and missing signatures are refused with their own codes, and store nothing', async () => {
  await using pup = await connected('http');
  const forged = signedHeaders(body, now(), 'another secret');
  expect(await post(pup.url, body, forged)).toMatchObject({ status: 401, code: 'SLACK_SIGNATURE_FORGED' });
  expect(await post(pup.url, body.replace('hello', 'hallo'), signedHeaders(body))).toMatchObject({
    status: 401,
    code: 'SLACK_SIGNATURE_FORGED',
  });
  expect(await post(pup.url, body, { ...signedHeaders(body), 'x-slack-signature': 'v0=00' })).toMatchObject({
    status: 401,
    code: 'SLACK_SIGNATURE_FORGED',
  });
  expect(await post(pup.url, body, { ...signedHeaders(body), 'x-slack-request-timestamp': 'soon' })).toMatchObject({
    status: 401,
  });
  expect(await post(pup.url, body, signedHeaders(body, now() - 301))).toMatchObject({
    status: 401,
    code: 'SLACK_SIGNATURE_STALE',
  });
  expect(await post(pup.url, body, signedHeaders(body, now() + 310))).toMatchObject({
    status: 401,
    code: 'SLACK_SIGNATURE_STALE',
  });
  expect(await post(pup.url, body, { 'content-type': 'application/json' })).toMatchObject({
    status: 401,
    code: 'SLACK_SIGNATURE_MISSING',
  });
  expect(pup.store.messages.size).toBe(0);
  expect(await post(pup.url, body, signedHeaders(body, now() - 290))).toMatchObject({ status: 200 });
  expect(pup.store.messages.size).toBe(1);
});

test('a body of 2 MiB, invalid JSON and a wrong shape are refused, and the next event is stored', async () => {
  await using pup = await connected('http');
  const large = JSON.stringify(envelope({ ...event, text: 'x'.repeat(2 * 1024 * 1024) }, 'Ev2'));
  expect(await post(pup.url, large, signedHeaders(large))).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
  expect(await post(pup.url, '{"type":', signedHeaders('{"type":'))).toMatchObject({
    status: 400,
    code: 'INVALID_JSON',
  });
  for (const shape of [
    '[]',
    '"text"',
    'null',
    '{}',
    '{"type":"event_callback"}',
    '{"type":"event_callback","event":"text"}',
    '{"type":"event_callback","event":{"type":1}}',
  ]) {
    expect(await post(pup.url, shape, signedHeaders(shape))).toMatchObject({ status: 400, code: 'INVALID_PAYLOAD' });
  }
  const noTs = JSON.stringify(envelope({ ...event, ts: 'yesterday' }, 'Ev3'));
  expect(await post(pup.url, noTs, signedHeaders(noTs))).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
  expect(pup.store.messages.size).toBe(0);
  expect(await post(pup.url, body, signedHeaders(body))).toMatchObject({ status: 200 });
  expect(pup.store.messages.size).toBe(1);
});

test('an event is acknowledged after it is stored, not before', async () => {
  await using pup = await connected('http');
  await pup.connection.repaired();
  const { promise, resolve } = Promise.withResolvers<void>();
  pup.store.gate = promise;
  const before = pup.store.calls;
  let answered = false;
  const answer = post(pup.url, body, signedHeaders(body)).finally(() => {
    answered = true;
  });
  await vi.waitFor(() => expect(pup.store.calls).toBeGreaterThan(before));
  expect(answered).toBe(false);
  resolve();
  expect(await answer).toMatchObject({ status: 200 });
  expect(pup.store.texts()).toContain('hello');
});

test('while the store is away Slack is told to come again, and its redelivery is stored', async () => {
  await using pup = await connected('http');
  await pup.connection.repaired();
  pup.store.failing = new Error('connection refused');
  const refused = await post(pup.url, body, signedHeaders(body));
  expect(refused).toMatchObject({ status: 503, code: 'STORE_UNAVAILABLE' });
  expect(refused.headers.get('retry-after')).toBe('5');
  const ts = pup.slack.say('U1', 'C1', 'are you there?');
  await vi.waitFor(() => expect(pup.slack.http?.deliveries.length).toBeGreaterThan(0));
  pup.store.failing = null;
  await pup.slack.http?.settled();
  expect(pup.store.messages.has(`C1 ${ts}`)).toBe(true);
  expect(pup.slack.http?.deliveries.at(-1)).toMatchObject({ status: 200 });
});

test('what the store will never take is refused with 400', async () => {
  await using pup = await connected('http');
  await pup.connection.repaired();
  pup.store.failing = new InvalidInput('too odd');
  expect(await post(pup.url, body, signedHeaders(body))).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
});

test('the same event four times, and app_mention beside message, is one message', async () => {
  await using pup = await connected('http');
  const mention = { ...event, text: 'hello <@U0PUP>' };
  const bodies = [mention, { ...mention, type: 'app_mention', channel_type: undefined }].map((told, index) =>
    JSON.stringify(envelope(told, `Ev${index}`)),
  );
  const answers = await Promise.all(
    [...bodies, ...bodies, ...bodies, ...bodies].map((text) => post(pup.url, text, signedHeaders(text))),
  );
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(pup.store.texts()).toEqual(['hello @Pup']);
});

test('an unknown event type is counted and acknowledged', async () => {
  await using pup = await connected('http');
  const odd = JSON.stringify(envelope({ type: 'sparkle_added', channel: { id: 'C1' } }, 'Ev9'));
  expect(await post(pup.url, odd, signedHeaders(odd))).toMatchObject({ status: 200 });
  expect(pup.ignored).toEqual(['unknown: sparkle_added']);
});

test('who spoke and where becomes known before the message', async () => {
  await using pup = await connected('http');
  await pup.connection.repaired();
  pup.slack.workspace.addPerson('U9', 'Zoe', true);
  pup.slack.workspace.addChannel('G9', 'secret', 'private', ['U9', 'U0PUP']);
  pup.slack.say('U9', 'G9', 'hi <#C1>');
  await pup.slack.http?.settled();
  const types = pup.store.events.slice(-3).map(({ type }) => type);
  expect(types.toSorted()).toEqual(['conversation', 'message', 'person']);
  expect(types.at(-1)).toBe('message');
  expect(pup.store.texts()).toContain('hi #general');
});

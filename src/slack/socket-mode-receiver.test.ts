import { expect, test, vi } from 'vitest';
import { connected } from '../../test/slack-server/connected.ts';
import { SlackServer } from '../../test/slack-server/server.ts';
import { createLogger } from '../telemetry/log.ts';
import { connectSlack } from './connect.ts';

test('an envelope is acknowledged after its event is stored', async () => {
  await using pup = await connected('socket');
  await pup.connection.repaired();
  const { promise, resolve } = Promise.withResolvers<void>();
  pup.store.gate = promise;
  const before = pup.store.calls;
  pup.slack.say('U1', 'C1', 'hello');
  await vi.waitFor(() => expect(pup.store.calls).toBeGreaterThan(before));
  expect(pup.slack.socket.acknowledged).toEqual([]);
  resolve();
  await vi.waitFor(() => expect(pup.slack.socket.unacknowledged).toBe(0));
  expect(pup.store.texts()).toEqual(['hello']);
});

test('an event that was not stored is delivered again and stored once', async () => {
  await using pup = await connected('socket');
  await pup.connection.repaired();
  pup.store.failing = new Error('connection refused');
  const before = pup.store.calls;
  pup.slack.say('U1', 'C1', 'hello');
  await vi.waitFor(() => expect(pup.store.calls).toBeGreaterThan(before + 1));
  expect(pup.slack.socket.acknowledged).toEqual([]);
  pup.store.failing = null;
  await vi.waitFor(() => expect(pup.slack.socket.unacknowledged).toBe(0));
  expect(pup.store.texts()).toEqual(['hello']);
});

test('an event of a wrong shape is acknowledged, for it would never be right', async () => {
  await using pup = await connected('socket');
  pup.slack.emit({ type: 'message', channel: 'C1', user: 'U1', ts: 'yesterday', text: 'x' });
  pup.slack.socket.send({ nonsense: true });
  pup.slack.socket.raw('{"type":');
  pup.slack.socket.raw('[]');
  await vi.waitFor(() => expect(pup.slack.socket.acknowledged.length).toBe(2));
  expect(pup.store.messages.size).toBe(0);
  pup.slack.say('U1', 'C1', 'still there?');
  await vi.waitFor(() => expect(pup.store.texts()).toEqual(['still there?']));
});

test('when Slack announces a disconnect the new connection is open before the old one closes', async () => {
  await using pup = await connected('socket');
  let least = 9;
  const watch = setInterval(() => {
    least = Math.min(least, pup.slack.socket.connections);
  }, 1);
  pup.slack.socket.disconnect('warning');
  await vi.waitFor(() => expect(pup.slack.socket.seen).toBe(2));
  await vi.waitFor(() => expect(pup.slack.socket.connections).toBe(1));
  pup.slack.socket.disconnect('refresh_requested');
  await vi.waitFor(() => expect(pup.slack.socket.seen).toBe(3));
  await vi.waitFor(() => expect(pup.slack.socket.connections).toBe(1));
  clearInterval(watch);
  expect(least).toBeGreaterThanOrEqual(1);
});

test('a connection that falls silent is replaced, and what came meanwhile is stored', async () => {
  await using pup = await connected('socket');
  pup.slack.socket.goSilent();
  pup.slack.say('U1', 'C1', 'into the void');
  await vi.waitFor(() => expect(pup.slack.socket.seen).toBeGreaterThan(1), { timeout: 5000 });
  await vi.waitFor(() => expect(pup.store.texts()).toEqual(['into the void']), { timeout: 5000 });
});

test('pings alone keep a quiet connection', async () => {
  await using pup = await connected('socket');
  const silence = 400;
  await new Promise((resolve) => setTimeout(resolve, 2.5 * silence));
  expect(pup.slack.socket.seen).toBe(1);
});

test('after a cut connection pup returns and repairs the gap', async () => {
  await using pup = await connected('socket');
  await pup.connection.repaired();
  pup.slack.say('U1', 'C1', 'missed', { untold: true });
  pup.slack.socket.cut();
  await vi.waitFor(() => expect(pup.slack.socket.seen).toBe(2), { timeout: 5000 });
  await vi.waitFor(() => expect(pup.store.texts()).toEqual(['missed']), { timeout: 5000 });
});

test('a refused opening is tried again with growing waits', async () => {
  await using pup = await connected('socket');
  pup.slack.fail({ method: 'apps.connections.open', kind: 'server-error', times: 3 });
  const before = pup.slack.callsOf('apps.connections.open').length;
  pup.slack.socket.cut();
  await vi.waitFor(() => expect(pup.slack.socket.seen).toBe(2), { timeout: 5000 });
  const times = pup.slack
    .callsOf('apps.connections.open')
    .slice(before)
    .map(({ at }) => at);
  expect(times.length).toBe(4);
  expect((times[3] ?? 0) - (times[2] ?? 0)).toBeGreaterThan(30);
});

test('a refused token ends the start with a clear error', async () => {
  await using slack = await SlackServer.start();
  const options = {
    apiUrl: slack.apiUrl,
    receive: async () => [],
    receiveMissed: async () => [],
    lastStored: async () => [],
    liveThreads: async () => [],
    countIgnored: () => {},
    log: createLogger('silent'),
  };
  const wrongApp = connectSlack({ ...options, botToken: 'xoxb-test', appToken: 'xapp-wrong' });
  await expect(wrongApp.start()).rejects.toMatchObject({ code: 'SLACK_AUTH_FAILED', reason: 'invalid_auth' });
  const wrongBot = connectSlack({ ...options, botToken: 'xoxb-wrong', appToken: 'xapp-test' });
  await expect(wrongBot.start()).rejects.toMatchObject({ code: 'SLACK_AUTH_FAILED', reason: 'invalid_auth' });
  expect(slack.callsOf('apps.connections.open').length).toBe(1);
  await wrongApp.stop();
  await wrongBot.stop();
});

test('stopping waits for what is being stored and acknowledges it', async () => {
  await using pup = await connected('socket');
  await pup.connection.repaired();
  const { promise, resolve } = Promise.withResolvers<void>();
  pup.store.gate = promise;
  const before = pup.store.calls;
  pup.slack.say('U1', 'C1', 'last words');
  await vi.waitFor(() => expect(pup.store.calls).toBeGreaterThan(before));
  const stopped = pup.connection.stop();
  resolve();
  await stopped;
  await vi.waitFor(() => expect(pup.slack.socket.acknowledged.length).toBe(1));
  expect(pup.slack.socket.connections).toBe(0);
});

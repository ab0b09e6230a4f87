import { createEmulator, type Emulator } from 'emulate';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { signedHeaders } from './slack-server/http-events.ts';
import { envelope } from './slack-server/server.ts';
import { ids } from './slack-server/workspace.ts';
import { freePort } from './support/free-port.ts';
import { startPup } from './support/start-pup.ts';

// A second emulation of Slack, which somebody else wrote: it has neither streaming nor users.conversations.
let slack: Emulator;
beforeEach(async () => {
  slack = await createEmulator({
    service: 'slack',
    port: await freePort(),
    seed: {
      tokens: { 'xoxb-pup': { login: 'pup' }, 'xoxp-ann': { login: 'ann' } },
      slack: {
        team: { name: 'Acme', domain: 'acme' },
        users: [{ name: 'pup' }, { name: 'ann' }],
        channels: [{ name: 'launch' }],
      },
    },
  });
});
afterEach(() => slack.close());

interface SlackAnswer {
  readonly ok: boolean;
  readonly user_id: string;
  readonly ts: string;
  readonly channels: { id: string; name: string }[];
  readonly messages: { ts: string; text: string; user: string }[];
}
async function call(token: string, method: string, args: Record<string, unknown> = {}): Promise<SlackAnswer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(`${slack.url}/api/${method}`, { method: 'POST', headers, body: JSON.stringify(args) });
  const answer = (await response.json()) as SlackAnswer;
  if (!answer.ok) throw new Error(`${method}: ${JSON.stringify(answer)}`);
  return answer;
}

test('pup reads what was said before it came, hears a signed mention, and answers in the thread', {
  timeout: 90_000,
}, async () => {
  const { user_id: pupId } = await call('xoxb-pup', 'auth.test');
  const { user_id: annId } = await call('xoxp-ann', 'auth.test');
  const { channels } = await call('xoxp-ann', 'conversations.list');
  const channel = channels.find(({ name }) => name === 'launch')?.id ?? '';
  await call('xoxp-ann', 'chat.postMessage', { channel, text: 'The umbrella stand is in the blue corridor.' });
  const port = await freePort();
  await using pup = await startPup({
    LOCAL_WORKSPACE: 'off',
    PORT: String(port),
    HOST: '127.0.0.1',
    SLACK_API_URL: `${slack.url}/api/`,
    SLACK_BOT_TOKEN: 'xoxb-pup',
    SLACK_SIGNING_SECRET: ids.signingSecret,
  });
  const text = `<@${pupId}> where is the umbrella stand?`;
  const { ts } = await call('xoxp-ann', 'chat.postMessage', { channel, text });
  await expect
    .poll(async () => (await pup.database.pool.query('select 1 from message')).rowCount, { timeout: 45_000 })
    .toBeGreaterThan(0);
  const event = { type: 'app_mention', user: annId, text, ts, channel, event_ts: ts };
  const body = JSON.stringify({ ...envelope(event, 'Ev1'), team_id: 'T000000001' });
  const response = await fetch(`http://127.0.0.1:${port}/slack/events`, {
    method: 'POST',
    headers: signedHeaders(body),
    body,
  });
  expect(response.status).toBe(200);
  const replies = async () => (await call('xoxp-ann', 'conversations.replies', { channel, ts })).messages.slice(1);
  await expect
    .poll(async () => (await replies()).map((reply) => reply.text).join(), { timeout: 10_000 })
    .toContain('blue corridor');
  expect(await replies()).toHaveLength(1);
  expect((await replies())[0]?.user).toBe(pupId);
});

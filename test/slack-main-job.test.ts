import { afterEach, expect, test } from 'vitest';
import { SlackServer } from './slack-server/server.ts';
import { ids } from './slack-server/workspace.ts';
import { freePort } from './support/free-port.ts';
import { startPup, type TestPup } from './support/start-pup.ts';

let slack: SlackServer;
afterEach(async () => {
  await slack[Symbol.asyncDispose]();
});

async function startSlack(): Promise<SlackServer> {
  slack = await SlackServer.start();
  slack.workspace.addPerson('U1', 'ann');
  slack.workspace.addPerson('U2', 'bob');
  slack.workspace.addChannel('C1', 'launch', 'public', ['U1', 'U2', ids.pup]);
  slack.workspace.addChannel('G1', 'leads', 'private', ['U1', ids.pup]);
  slack.workspace.addChannel('D1', '', 'direct', ['U1', ids.pup]);
  slack.workspace.addChannel('D2', '', 'direct', ['U2', ids.pup]);
  return slack;
}

const base = { LOCAL_WORKSPACE: 'off', SLACK_BOT_TOKEN: ids.botToken };
const answersIn = (channel: string, threadTs?: string) =>
  slack.posts(channel).filter(({ thread_ts }) => threadTs === undefined || thread_ts === threadTs);

test.for(['http', 'socket'] as const)(
  'a mention in Slack over %s is answered once, in its thread, with links',
  async (way) => {
    await startSlack();
    const port = await freePort();
    const byWay: Record<string, string> =
      way === 'http' ? { SLACK_SIGNING_SECRET: ids.signingSecret } : { SLACK_APP_TOKEN: ids.appToken };
    await using pup = await startPup({
      ...base,
      ...byWay,
      SLACK_API_URL: slack.apiUrl,
      PORT: String(port),
      HOST: '127.0.0.1',
    });
    if (way === 'http') slack.deliverTo({ url: `http://127.0.0.1:${port}/slack/events` });
    else await expect.poll(() => slack.socket.seen).toBeGreaterThan(0);

    const fact = slack.say('U2', 'C1', 'The kangaroo parade starts at the old harbour.');
    await stored(pup, 'kangaroo');
    const started = Date.now();
    const asked = slack.say('U1', 'C1', `<@${ids.pup}> where does the kangaroo parade start?`);
    const signs = () =>
      slack.calls.filter(
        ({ method, at }) =>
          at >= started && /^(reactions\.add|assistant\.threads\.setStatus|chat\.startStream)$/.test(method),
      );
    await expect.poll(() => signs().length, { timeout: 5000 }).toBeGreaterThan(0);
    expect((signs()[0]?.at ?? 0) - started).toBeLessThan(1000);
    await expect.poll(() => answersIn('C1', asked).map(textOf).join(), { timeout: 10_000 }).toContain('old harbour');
    expect(answersIn('C1', asked)).toHaveLength(1);
    expect(answersIn('C1', asked).map(textOf).join()).toContain(`p${fact.replace('.', '')}`);
  },
);

test('what a private channel holds reaches its members in their direct messages, and nobody else', async () => {
  await startSlack();
  const port = await freePort();
  await using pup = await startPup({
    ...base,
    SLACK_SIGNING_SECRET: ids.signingSecret,
    SLACK_API_URL: slack.apiUrl,
    PORT: String(port),
    HOST: '127.0.0.1',
  });
  slack.deliverTo({ url: `http://127.0.0.1:${port}/slack/events` });
  slack.say('U1', 'G1', 'The merger code name is pomegranate.');
  await stored(pup, 'pomegranate');
  slack.say('U1', 'C1', `<@${ids.pup}> what is the merger code name?`);
  slack.say('U2', 'D2', 'what is the merger code name?');
  slack.say('U1', 'D1', 'what is the merger code name?');
  for (const channel of ['C1', 'D1', 'D2'])
    await expect.poll(() => answersIn(channel).length, { timeout: 10_000 }).toBe(1);
  await expect.poll(() => answersIn('D1').map(textOf).join(), { timeout: 10_000 }).toContain('pomegranate');
  expect(answersIn('C1').map(textOf).join()).not.toContain('pomegranate');
  expect(answersIn('D2').map(textOf).join()).not.toContain('pomegranate');
});

/** Slack delivers events side by side: a question may overtake what was said just before it. */
async function stored(pup: TestPup, word: string): Promise<void> {
  const count = async () =>
    (await pup.database.pool.query('select from message where text like $1', [`%${word}%`])).rowCount;
  await expect.poll(count, { timeout: 10_000 }).toBe(1);
}

function textOf(post: object): string {
  return JSON.stringify(post);
}

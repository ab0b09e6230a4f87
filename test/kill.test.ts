import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { parseSettings } from '../src/config.ts';
import { openDatabase } from '../src/db/open.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { SlackServer } from './slack-server/server.ts';
import { ids } from './slack-server/workspace.ts';
import { freePort } from './support/free-port.ts';
import { spawnPup } from './support/pup-process.ts';
import { openTestDatabase } from './support/start-pup.ts';

// the figures of the closing note come from PUP_KILLS=50; CI takes fewer for its time
const kills = Number(process.env.PUP_KILLS ?? 12);
const messages = 500;
const mentions = 50;
const seed = Number(process.env.PUP_SEED ?? Date.now() % 1_000_000);

/** mulberry32: a small generator that a seed repeats. */
function createRandom(state: number): () => number {
  let a = state;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

test(`killed at ${kills} random instants, pup stores every message and answers every mention once`, {
  timeout: 900_000,
}, async () => {
  const random = createRandom(seed);
  const folder = mkdtempSync(join(tmpdir(), 'pup-kill-'));
  const { database, environment: home } = await openTestDatabase();
  await database[Symbol.asyncDispose]();
  await using slack = await SlackServer.start();
  slack.workspace.addPerson('U1', 'ann');
  slack.workspace.addChannel('C1', 'flood', 'public', ['U1', ids.pup]);
  const port = await freePort();
  const events = slack.deliverTo({ url: `http://127.0.0.1:${port}/slack/events`, retryDelaysMs: [300, 1500, 4000] });
  const environment = {
    PORT: String(port),
    HOST: '127.0.0.1',
    PUP_DATA_DIR: folder,
    LOCAL_WORKSPACE: 'off',
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: ids.botToken,
    SLACK_SIGNING_SECRET: ids.signingSecret,
    ...home,
  };
  const said: string[] = [];
  const asked: string[] = [];
  const flow = (async () => {
    for (let number = 0; number < messages; number += 1) {
      const asks = number % (messages / mentions) === 0;
      const ts = slack.say(
        'U1',
        'C1',
        asks ? `<@${ids.pup}> what is item ${number}?` : `item ${number} is on shelf ${number % 17}`,
      );
      said.push(ts);
      if (asks) asked.push(ts);
      await delay((kills * 1600) / messages);
    }
  })();
  for (let round = 0; round < kills; round += 1) {
    const pup = spawnPup(environment);
    await delay(500 + random() * 2500);
    await pup.kill('SIGKILL');
  }
  await flow;
  const pup = spawnPup(environment);
  await pup.ready();
  await events.settled();
  const answers = () => slack.posts('C1').filter(({ thread_ts }) => thread_ts !== undefined);
  await expect
    .poll(() => new Set(answers().map(({ thread_ts }) => thread_ts)).size, { timeout: 120_000, interval: 250 })
    .toBe(mentions);
  // a reply that a killed process had posted but not ended is claimed again when its lease of 15 s runs out
  await delay(17_000);
  await pup.kill('SIGTERM');

  const settings = parseSettings({ PUP_DATA_DIR: folder, ...home });
  const opened = openDatabase(settings, createLogger('silent'));
  const stored = await opened.pool.query<{ ts: string }>(
    `select ts from message where channel = 'C1' and author = 'U1' and not deleted`,
  );
  const replies = await opened.pool.query<{ state: string; n: number; attempts: number }>(
    'select state, count(*)::int as n, sum(attempt)::int as attempts from reply group by state',
  );
  await opened[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });

  const perQuestion = asked.map((ts) => answers().filter(({ thread_ts }) => thread_ts === ts).length);
  process.stdout.write(
    `seed ${seed}: ${kills} kills, ${stored.rows.length} of ${said.length} messages stored, ` +
      `${perQuestion.filter((n) => n === 1).length} of ${asked.length} mentions answered once, ` +
      `${perQuestion.filter((n) => n > 1).length} doubled, ${replies.rows[0]?.attempts} attempts\n`,
  );
  expect(stored.rows.map(({ ts }) => ts).toSorted()).toEqual(said.toSorted());
  expect(perQuestion).toEqual(asked.map(() => 1));
  expect(replies.rows.map(({ state, n }) => [state, n])).toEqual([['done', mentions]]);
});

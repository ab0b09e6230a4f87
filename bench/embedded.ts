// How fast is pup with no settings at all? On-disk embedded database, bundled embedding model.
//   node bench/embedded.ts [messages]
// Prints: import rate without and with embeddings, the time from posting a mention to the first request to the model
// (context and recall included), and resident memory. The floor of the same run is a bare transaction on that database.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp } from '../src/app.ts';
import { parseSettings } from '../src/config.ts';
import type { ChatEvent } from '../src/conversation/chat.ts';
import { openDatabase } from '../src/db/open.ts';
import { inTransaction } from '../src/db/query.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { createQueueFactory, type EmbeddingJob, prepareQueueHome } from '../src/workers/create-queues.ts';
import { queueHome } from '../src/workers/queue-home.ts';
import { localTeam } from '../src/workspace/reads.ts';

const subjects = [
  'paint',
  'battery',
  'frame',
  'sales',
  'support',
  'courier',
  'purchasing',
  'museum',
  'canteen',
  'night',
];
const verbs = [
  'order',
  'test',
  'repair',
  'deliver',
  'inspect',
  'cancel',
  'measure',
  'pack',
  'photograph',
  'move',
  'sell',
];
const objects = [
  'cells',
  'brackets',
  'manuals',
  'trailers',
  'lamps',
  'chains',
  'invoices',
  'crates',
  'helmets',
  'racks',
  'pedals',
  'forks',
  'bells',
];
const messageCount = Number(process.argv[2] ?? 10_000);
const mentions = 100;
const folder = mkdtempSync(join(tmpdir(), 'pup-bench-'));
let importStarted = 0;
let onRequest: (() => void) | null = null;

const model = createServer((request, response) => {
  onRequest?.();
  request.resume();
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const chunk = { choices: [{ index: 0, delta: { content: 'Noted.' }, finish_reason: 'stop' }] };
  response.end(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
});
await new Promise<void>((resolve) => model.listen(0, '127.0.0.1', resolve));
const settings = parseSettings({
  PORT: '0',
  METRICS_PORT: '0',
  PUP_DATA_DIR: folder,
  LOG_LEVEL: 'silent',
  OPENAI_API_KEY: 'bench',
  OPENAI_BASE_URL: `http://127.0.0.1:${(model.address() as AddressInfo).port}/v1`,
  EMBEDDINGS: 'local',
});
const log = createLogger('silent');
const database = openDatabase(settings, log);
const place = queueHome(settings, database.pool);
await prepareQueueHome(place);
const queues = createQueueFactory(place);
const embeddingQueue = queues.createQueue<EmbeddingJob>('embedding');
const app = await startApp({ settings, log, db: database.pool, queues, embeddingQueue });

const rateWithout = await importAll();
const rateWith = await waitForEmbeddings();
// pup does this once a minute by itself
await database.pool.query('vacuum (analyze) message');
const floor = await measure(() =>
  inTransaction(database.pool, async (client) => void (await client.query('select 1'))),
);
const answers = await measure(askOnce);
console.log(`messages                         ${messageCount}`);
console.log(`import without embeddings        ${rateWithout.toFixed(0)} messages/s`);
console.log(`import with embeddings           ${rateWith.toFixed(0)} messages/s`);
console.log(`floor: a transaction             p50 ${floor.p50.toFixed(1)} ms, p95 ${floor.p95.toFixed(1)} ms`);
console.log(`mention to first model request   p50 ${answers.p50.toFixed(1)} ms, p95 ${answers.p95.toFixed(1)} ms`);
console.log(`resident memory                  ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MiB`);

await app[Symbol.asyncDispose]();
await embeddingQueue.close();
await database[Symbol.asyncDispose]();
model.close();
rmSync(folder, { recursive: true });
process.exit(0);

async function importAll(): Promise<number> {
  importStarted = performance.now();
  for (let start = 0; start < messageCount; start += 500) {
    await app.receive(Array.from({ length: Math.min(500, messageCount - start) }, (_, index) => event(start + index)));
  }
  return messageCount / ((performance.now() - importStarted) / 1000);
}

async function waitForEmbeddings(): Promise<number> {
  for (;;) {
    const { rows } = await database.pool.query(
      'select count(*)::int as n from message where embedding is null and not deleted',
    );
    if (rows[0]?.n === 0) return messageCount / ((performance.now() - importStarted) / 1000);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function askOnce(): Promise<void> {
  const requested = new Promise<void>((resolve) => {
    onRequest = resolve;
  });
  await fetch(`${app.address}/workspace/api/channels/C02/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      as: 'U06',
      text: `@pup what did the ${pick(subjects)} team decide about the ${pick(objects)}?`,
    }),
  });
  await requested;
  onRequest = null;
}

async function measure(work: () => Promise<void>): Promise<{ p50: number; p95: number }> {
  const times: number[] = [];
  for (let round = 0; round < mentions; round += 1) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  times.sort((a, b) => a - b);
  return { p50: times[Math.floor(mentions * 0.5)] ?? 0, p95: times[Math.floor(mentions * 0.95)] ?? 0 };
}

function event(number: number): ChatEvent {
  const text = `The ${pick(subjects, number)} team will ${pick(verbs, number * 7)} the ${pick(objects, number * 13)} in week ${number % 52}, order ${number}.`;
  const channel = `C0${1 + (number % 6)}`;
  const ts = `${1_600_000_000 + number * 60}.000100`;
  const message = {
    channel,
    ts,
    threadTs: null,
    author: `U0${1 + (number % 9)}`,
    authorIsBot: false,
    text,
    rawText: text,
    subtype: null,
    editedTs: null,
    files: [],
    mentionsPup: false,
    replyKey: null,
  };
  return { type: 'message', team: localTeam, kind: 'public', message };
}

function pick(words: readonly string[], number = Math.floor(Math.random() * 1000)): string {
  return words[number % words.length] ?? '';
}

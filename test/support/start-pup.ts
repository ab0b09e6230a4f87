import { inject } from 'vitest';
import { type App, startApp } from '../../src/app.ts';
import { parseSettings } from '../../src/config.ts';
import { type OpenDatabase, openDatabase, openEmbedded } from '../../src/db/open.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { createQueueFactory, type EmbeddingJob, prepareQueueHome } from '../../src/workers/create-queues.ts';
import { queueHome } from '../../src/workers/queue-home.ts';

export interface TestPup extends AsyncDisposable {
  readonly address: string;
  readonly database: OpenDatabase;
  readonly app: App;
}

/** A database of the suite's kind: embedded in memory, or new on the shared PostgreSQL in the services suite. */
export async function openTestDatabase(): Promise<{ database: OpenDatabase; environment: Record<string, string> }> {
  const log = createLogger('silent');
  if (process.env.PUP_TEST_DATABASE !== 'postgres') return { database: openEmbedded(null, log), environment: {} };
  const { default: pg } = await import('pg');
  const admin = new pg.Client(inject('postgresUrl'));
  await admin.connect();
  const name = `pup_${crypto.randomUUID().replaceAll('-', '')}`;
  await admin.query(`create database ${name}`);
  await admin.end();
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  const environment = { DATABASE_URL: url.href, QUEUE_REDIS_URL: inject('redisUrl') };
  return { database: openDatabase(parseSettings(environment), log), environment };
}

/** Starts the whole of pup on a free port, with the local workspace. */
export async function startPup(environment: Record<string, string> = {}): Promise<TestPup> {
  const { database, environment: home } = await openTestDatabase();
  const settings = parseSettings({ PORT: '0', METRICS_PORT: '0', LOG_LEVEL: 'silent', ...home, ...environment });
  const place = queueHome(settings, database.pool);
  await prepareQueueHome(place);
  const queues = createQueueFactory(place);
  const embeddingQueue = queues.createQueue<EmbeddingJob>('embedding');
  const app = await startApp({
    settings,
    log: createLogger(settings.LOG_LEVEL),
    db: database.pool,
    queues,
    embeddingQueue,
  });
  return {
    address: app.address ?? '',
    database,
    app,
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await embeddingQueue.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

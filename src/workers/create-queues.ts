import { createPostgresBackend, Queue, runMigrations, Worker, withBackend } from 'bullmq';
import pg from 'pg';
import { SharedSessionPool } from './bullmq-pool.ts';

/** Jobs carry ids, never texts. */
export interface EmbeddingJob {
  readonly team: string;
  readonly messages: readonly { readonly channel: string; readonly ts: string }[];
}

/** Where the queues live: Redis, a database server, or the embedded database over its one session. */
export type QueueHome =
  | { readonly kind: 'redis'; readonly url: string }
  | { readonly kind: 'server'; readonly config: pg.PoolConfig }
  | { readonly kind: 'embedded'; readonly pool: pg.Pool };

/** The part of a queue that pup uses; the same on every home. */
export interface JobQueue<T> {
  add(name: string, data: T): Promise<unknown>;
  getJobCounts(): Promise<Record<string, number>>;
  close(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

export interface JobWorker {
  close(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

export interface QueueFactory {
  createQueue<T>(name: string): JobQueue<T>;
  createWorker<T>(name: string, process: (data: T) => Promise<void>, concurrency: number): JobWorker;
}

/** What BullMQ keeps of ended jobs: enough to look at, never without bound. */
const jobOptions = {
  removeOnComplete: { count: 200 },
  removeOnFail: { count: 5000, age: 14 * 86_400 },
  attempts: 8,
  backoff: { type: 'exponential', delay: 1000, jitter: 0.5 },
};

/** Makes the home ready. A queue looks for its tables when it is created, so this comes first. */
export async function prepareQueueHome(home: QueueHome): Promise<void> {
  if (home.kind === 'embedded') await prepareEmbedded(home.pool);
  if (home.kind === 'server') await prepareServer(home.config);
}

export function createQueueFactory(home: QueueHome): QueueFactory {
  return home.kind === 'redis' ? redisQueues(home.url) : databaseQueues(home);
}

function redisQueues(url: string): QueueFactory {
  const options = { connection: { url, maxRetriesPerRequest: null }, prefix: 'pup' };
  return {
    createQueue: (name) => new Queue(name, { ...options, defaultJobOptions: jobOptions }),
    createWorker: (name, process, concurrency) =>
      new Worker(name, (job) => process(job.data), { ...options, concurrency }),
  };
}

function databaseQueues(home: Extract<QueueHome, { kind: 'server' | 'embedded' }>): QueueFactory {
  const classes = withBackend(createPostgresBackend);
  // the facade has the part of a pool that BullMQ uses
  const shared = home.kind === 'embedded' ? (new SharedSessionPool(home.pool) as unknown as pg.Pool) : null;
  const connection = shared ?? (home.kind === 'server' ? { ...home.config, max: 4 } : {});
  return {
    // BullMQ derives the data type of its own `add` conditionally, which TypeScript cannot resolve for a bare T
    createQueue: <T>(name: string) =>
      new classes.Queue(name, { connection, defaultJobOptions: jobOptions }) as unknown as JobQueue<T>,
    createWorker: (name, process, concurrency) =>
      new classes.Worker(name, (job) => process(job.data), { connection, concurrency }),
  };
}

async function prepareEmbedded(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(client, 'bullmq', {});
    // one session serves both pup and BullMQ, whose statements name no schema
    await client.query('set search_path to public, bullmq');
  } finally {
    client.release();
  }
}

async function prepareServer(config: pg.PoolConfig): Promise<void> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    await runMigrations(client, 'bullmq', {});
  } finally {
    await client.end();
  }
}

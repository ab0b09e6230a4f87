import { startApp } from './app.ts';
import { describeSettings, InvalidSettings, readSettings } from './config.ts';
import { AppError } from './errors.ts';
import { createLogger } from './telemetry/log.ts';
import { prepareQueueHome } from './workers/create-queues.ts';
import { queueHome } from './workers/queue-home.ts';

/** BSD's sysexits: wrong configuration. */
const exitConfig = 78;

async function main(): Promise<void> {
  const settings = readSettings();
  const log = createLogger(settings.LOG_LEVEL);
  log.info(describeSettings(settings), 'pup is starting');
  // loaded here and not above: opening the database takes its folder, and a queue looks for its tables at once
  const { database, pool } = await import('./db/connection.ts');
  await prepareQueueHome(queueHome(settings, pool));
  const { embeddingQueue, queueFactory } = await import('./workers/queues.ts');
  const app = await startApp({ settings, log, db: pool, queues: queueFactory, embeddingQueue });
  log.info({ address: app.address, role: settings.PUP_ROLE }, 'pup is ready');

  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'pup is stopping');
    // a drain that hangs must not outlive the grace period of its operator
    setTimeout(() => process.exit(1), 28_000).unref();
    await app[Symbol.asyncDispose]();
    await embeddingQueue.close();
    await database[Symbol.asyncDispose]();
    log.info('pup has stopped');
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('SIGINT', () => void stop('SIGINT'));
}

main().catch((error: unknown) => {
  const log = createLogger('info');
  if (error instanceof InvalidSettings) {
    console.error(error.message);
    process.exit(exitConfig);
  }
  log.fatal({ err: error }, 'pup could not start');
  if (error instanceof AppError) console.error(`\n${error.message}`);
  process.exit(1);
});

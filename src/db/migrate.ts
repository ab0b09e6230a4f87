import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import type pg from 'pg';
import type { Logger } from '../telemetry/log.ts';

/** Brings the schema up to date, under a lock: of several processes that start together one migrates, the others wait. */
export async function migrate(db: pg.Pool, log: Logger): Promise<void> {
  const client = await db.connect();
  try {
    const applied = await runner({
      dbClient: client,
      dir: migrationsFolder(),
      migrationsTable: 'schema_migration',
      direction: 'up',
      count: Infinity,
      checkOrder: true,
      advisoryLockMode: 'wait',
      logger: {
        debug() {},
        info() {},
        warn: (text: string) => log.warn({ text }, 'migration warning'),
        error: (text: string) => log.error({ text }, 'migration failed'),
      },
    } as Parameters<typeof runner>[0]);
    if (applied.length > 0) log.info({ migrations: applied.map(({ name }) => name) }, 'schema migrated');
  } finally {
    client.release();
  }
}

/** `migrations/` stands beside `src/`, and beside `dist/` in a build. */
function migrationsFolder(): string {
  const folder = fileURLToPath(new URL('../../migrations', import.meta.url));
  if (!existsSync(folder)) throw new Error(`The migrations are missing: ${folder}`);
  return folder;
}

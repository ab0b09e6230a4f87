import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import { vector } from '@electric-sql/pglite-pgvector';
import pg from 'pg';
import type { Settings } from '../config.ts';
import type { Logger } from '../telemetry/log.ts';
import { lockDataFolder } from './data-folder.ts';
import type { Database } from './query.ts';

export interface OpenDatabase extends AsyncDisposable {
  readonly pool: pg.Pool;
  /** True for the database in this process: one session, no HNSW. */
  readonly embedded: boolean;
}

/** Opens the database that the settings name. The embedded one takes its folder for this process (`DataFolderInUse`). */
export function openDatabase(settings: Settings, log: Logger): OpenDatabase {
  if (isEmbedded(settings)) return openEmbedded(settings.PUP_DATA_DIR, log);
  return openServer(settings, log);
}

/** Whether the settings name no database server. */
export function isEmbedded(settings: Settings): boolean {
  return settings.DATABASE_URL === undefined && settings.DB_HOST === undefined;
}

function openServer(settings: Settings, log: Logger): OpenDatabase {
  const pool = new pg.Pool({
    ...(settings.DATABASE_URL === undefined ? { host: settings.DB_HOST } : { connectionString: settings.DATABASE_URL }),
    max: settings.DB_POOL_SIZE,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    application_name: 'pup-ai',
    keepAlive: true,
  });
  // an idle connection that the server ends is not an error of any caller: the pool opens another
  pool.on('error', (error) => log.warn({ err: error }, 'idle database connection lost'));
  return { pool, embedded: false, [Symbol.asyncDispose]: () => pool.end() };
}

/** The embedded database in `folder`; `null` keeps it in memory. */
export function openEmbedded(folder: string | null, log: Logger): OpenDatabase {
  const unlock = folder === null ? () => {} : lockDataFolder(folder);
  const path = folder === null ? 'memory://' : join(folder, 'db');
  if (folder !== null) mkdirSync(path, { recursive: true, mode: 0o700 });
  const pglite = new PGlite(path, { extensions: { vector } });
  // all connections are one session, so a transaction needs the only client
  const pool = new pg.Pool({ ...createPgConfig(pglite), max: 1 });
  pool.on('error', (error) => log.error({ err: error }, 'embedded database connection lost'));
  return {
    pool,
    embedded: true,
    async [Symbol.asyncDispose]() {
      await pool.end();
      await pglite.close();
      unlock();
    },
  };
}

/** Whether the database answers. */
export async function isAnswering(db: Database): Promise<boolean> {
  return db.query('select 1').then(
    () => true,
    () => false,
  );
}

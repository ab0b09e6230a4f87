import type pg from 'pg';
import type { Settings } from '../config.ts';
import type { QueueHome } from './create-queues.ts';

/** Redis where it is set, else the database that holds everything else. */
export function queueHome(settings: Settings, pool: pg.Pool): QueueHome {
  if (settings.QUEUE_REDIS_URL !== undefined) return { kind: 'redis', url: settings.QUEUE_REDIS_URL };
  if (settings.QUEUE_REDIS_HOST !== undefined)
    return { kind: 'redis', url: `redis://${settings.QUEUE_REDIS_HOST}:6379` };
  if (settings.DATABASE_URL !== undefined)
    return { kind: 'server', config: { connectionString: settings.DATABASE_URL } };
  if (settings.DB_HOST !== undefined) return { kind: 'server', config: { host: settings.DB_HOST } };
  return { kind: 'embedded', pool };
}

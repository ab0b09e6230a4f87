import { readSettings } from '../config.ts';
import { createLogger } from '../telemetry/log.ts';
import { openDatabase } from './open.ts';

const settings = readSettings();

/** The database of this process, opened by its settings. */
export const database = openDatabase(settings, createLogger(settings.LOG_LEVEL).child({ component: 'db' }));

/** Its connection pool. */
export const pool = database.pool;

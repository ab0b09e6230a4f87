import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The maintenance database of the PostgreSQL that the services suite shares. */
    readonly postgresUrl: string;
    /** The Redis that the services suite shares; take a prefix of your own. */
    readonly redisUrl: string;
  }
}

/** One PostgreSQL and one Redis for the whole run; `inject('postgresUrl')` and `inject('redisUrl')` name them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  project.provide('postgresUrl', postgres.url);
  project.provide('redisUrl', redis.url);
  return async () => {
    await Promise.all([postgres.stop(), redis.stop()]);
  };
}

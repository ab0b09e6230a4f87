import { existsSync } from 'node:fs';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRedis, type TestRedis } from './redis.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

async function withClient<T>(work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(redis.url, { retryStrategy: null, maxRetriesPerRequest: 0 });
  client.on('error', () => undefined);
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}

test('it answers on loopback and evicts nothing', async () => {
  expect(await withClient((client) => client.config('GET', 'bind'))).toEqual(['bind', '127.0.0.1']);
  expect(await withClient((client) => client.config('GET', 'maxmemory-policy'))).toEqual([
    'maxmemory-policy',
    'noeviction',
  ]);
});

test('after SIGKILL and a restart it is empty, on the same port', async () => {
  await withClient((client) => client.set('key', 'value'));
  const before = redis.pid;
  await redis.kill('SIGKILL');
  await expect(withClient((client) => client.ping())).rejects.toThrow();
  await redis.restart();
  expect(redis.pid).not.toBe(before);
  expect(await withClient((client) => client.get('key'))).toBeNull();
});

test('stop leaves no process', async () => {
  const second = await startRedis();
  await second.stop();
  expect(existsSync(`/proc/${second.pid}`)).toBe(false);
});

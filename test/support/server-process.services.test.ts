import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect, test, vi } from 'vitest';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';

test('servers do not outlive a process that is killed with SIGKILL', async () => {
  const script = `
    const { startPostgres } = await import('./test/support/postgres.ts');
    const { startRedis } = await import('./test/support/redis.ts');
    const servers = await Promise.all([startPostgres(), startRedis()]);
    console.log(servers.map((server) => server.pid).join(' '));
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const pids = String(line).split(' ');
  expect(pids.map((pid) => existsSync(`/proc/${pid}`))).toEqual([true, true]);
  child.kill('SIGKILL');
  await vi.waitFor(() => expect(pids.map((pid) => existsSync(`/proc/${pid}`))).toEqual([false, false]), 10_000);
});

test('missing programs are named together with what to run', async () => {
  vi.stubEnv('PATH', '/nowhere');
  const advice = /is missing: run scripts\/install-services-debian\.sh/;
  await expect(startPostgres()).rejects.toThrow(advice);
  await expect(startRedis()).rejects.toThrow(advice);
});

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPostgres, type TestPostgres } from './postgres.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

async function rows(url: string, sql: string): Promise<readonly unknown[]> {
  const client = new Client(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test('it is PostgreSQL 15 with pgvector 0.8', async () => {
  const url = await postgres.createDatabase('with vector');
  expect(await rows(url, 'show server_version_num')).toEqual([
    { server_version_num: expect.stringMatching(/^15\d{4}$/) },
  ]);
  await rows(url, 'create extension vector');
  expect(await rows(url, "select extversion from pg_extension where extname = 'vector'")).toEqual([
    { extversion: expect.stringMatching(/^0\.8\./) },
  ]);
});

test('a database made from a template holds what the template holds', async () => {
  await rows(await postgres.createDatabase('original'), 'create table t as select 7 as n');
  const copy = await postgres.createDatabase('copy', 'original');
  expect(await rows(copy, 'select n from t')).toEqual([{ n: 7 }]);
});

test('it listens on loopback alone and not as root', async () => {
  expect(await rows(postgres.url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
  expect(execFileSync('ps', ['-o', 'user=', '-p', String(postgres.pid)], { encoding: 'utf8' }).trim()).not.toBe('root');
});

test('a connection without the password is refused', async () => {
  await expect(rows(postgres.url.replace(/:[0-9a-f]+@/, ':wrong@'), 'select 1')).rejects.toThrow(/password/);
});

test('an acknowledged commit survives SIGKILL, on the same port', async () => {
  const url = await postgres.createDatabase('kept');
  await rows(url, 'create table t as select 1 as n');
  await postgres.kill('SIGKILL');
  await expect(rows(url, 'select 1')).rejects.toThrow();
  await postgres.restart();
  expect(await rows(url, 'select n from t')).toEqual([{ n: 1 }]);
});

test('stop leaves no process and no folder', async () => {
  const second = await startPostgres();
  const [setting] = await rows(second.url, 'show data_directory');
  const folder = (setting as { data_directory: string }).data_directory;
  expect(existsSync(folder)).toBe(true);
  await second.stop();
  expect(existsSync(folder)).toBe(false);
  expect(existsSync(`/proc/${second.pid}`) && readFileSync(`/proc/${second.pid}/cmdline`, 'utf8')).toBe(false);
});

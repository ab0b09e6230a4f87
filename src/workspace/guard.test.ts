import fastify from 'fastify';
import { expect, test } from 'vitest';
import { createLogger } from '../telemetry/log.ts';
import { answerErrors, guardWorkspace } from './guard.ts';

const app = fastify();
guardWorkspace(app);
answerErrors(app, createLogger('silent'));
app.get('/', async () => 'hello');

async function get(headers: Record<string, string>, remoteAddress = '127.0.0.1') {
  const response = await app.inject({ url: '/', headers, remoteAddress });
  return response.statusCode === 200 ? 200 : response.json<{ error: { code: string } }>().error.code;
}

test('the page of this machine is served', async () => {
  expect(await get({ host: 'localhost:3000' })).toBe(200);
  expect(await get({ host: '[::1]:3000' }, '::1')).toBe(200);
  expect(await get({ host: '127.0.0.1:3000', origin: 'http://127.0.0.1:3000' })).toBe(200);
});

test('other machines, other names and other pages are turned away', async () => {
  expect(await get({ host: 'localhost:3000' }, '192.168.0.7')).toBe('NOT_LOOPBACK');
  expect(await get({ host: 'evil.example' })).toBe('FOREIGN_HOST');
  expect(await get({ host: 'localhost.evil.example' })).toBe('FOREIGN_HOST');
  expect(await get({ host: 'localhost:3000', origin: 'http://evil.example' })).toBe('FOREIGN_ORIGIN');
});

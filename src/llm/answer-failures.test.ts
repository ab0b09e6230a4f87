import { LLMock } from '@copilotkit/aimock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../../test/support/free-port.ts';
import { InvalidInput } from '../errors.ts';
import { createLanguageModel, type LanguageModelOptions } from './answer.ts';
import { ModelQuotaExceeded, ModelRateLimited, ModelRejected, ModelUnavailable } from './errors.ts';

const secret = 'sk-test-0123456789';
const prompt = 'the launch of Albatross';
let mock: LLMock;

beforeEach(async () => {
  mock = new LLMock({ port: 0, host: '127.0.0.1' });
  await mock.start();
});

afterEach(() => mock.stop());

/** How asking fails. Whatever it is, it holds neither the key nor the prompt. */
async function failure(overrides: Partial<LanguageModelOptions> = {}, onText: (delta: string) => void = () => {}) {
  const limits = { timeoutMs: 10_000, firstTokenTimeoutMs: 5000, idleTimeoutMs: 5000, maxOutputTokens: 500 };
  const address = { baseUrl: `${mock.url}/v1`, apiKey: () => secret, model: 'gpt-test' };
  const messages = [{ role: 'user' as const, content: prompt }];
  const signal = new AbortController().signal;
  const error: unknown = await createLanguageModel({ ...address, ...limits, ...overrides })
    .streamAnswer({ system: 'You are pup.', messages, tools: [], maxSteps: 4, signal, onText })
    .then(
      () => new Error('nothing was thrown'),
      (reason: unknown) => reason,
    );
  const everything = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String(error);
  expect(everything).not.toContain(secret);
  expect(everything).not.toContain(prompt);
  return error;
}

test('429 is a rate limit with the wish of the provider', async () => {
  const error = { message: `slow down: ${prompt}`, type: 'requests', code: 'rate_limit_exceeded' };
  mock.onMessage(prompt, { error, status: 429, retryAfter: 7 });
  const thrown = await failure();
  expect(thrown).toBeInstanceOf(ModelRateLimited);
  expect(thrown).toMatchObject({ retryable: true, retryAfterMs: 7000 });
  expect(mock.getRequests()).toHaveLength(1);
});

test('429 for want of credit is not retryable', async () => {
  const error = {
    message: 'You exceeded your current quota',
    type: 'insufficient_quota',
    code: 'insufficient_quota',
  };
  mock.onMessage(prompt, { error, status: 429 });
  const thrown = await failure();
  expect(thrown).toBeInstanceOf(ModelQuotaExceeded);
  expect(thrown).toMatchObject({ retryable: false });
});

test.each([500, 502, 503, 408])('%i is an outage', async (status) => {
  mock.onMessage(prompt, { error: { message: `trouble with ${prompt}`, type: 'server_error' }, status });
  const thrown = await failure();
  expect(thrown).toBeInstanceOf(ModelUnavailable);
  expect(thrown).toMatchObject({ retryable: true, status });
  expect(mock.getRequests()).toHaveLength(1);
});

test.each([400, 401, 403, 404])('%i is a rejection', async (status) => {
  const error = {
    message: `Incorrect API key provided: ${secret}`,
    type: 'invalid_request_error',
    code: 'some_code',
  };
  mock.onMessage(prompt, { error, status });
  const thrown = await failure();
  expect(thrown).toBeInstanceOf(ModelRejected);
  expect(thrown).toMatchObject({
    retryable: false,
    status,
    reason: `status ${status}, some_code, invalid_request_error`,
  });
});

test('nobody listening is an outage', async () => {
  const thrown = await failure({ baseUrl: `http://127.0.0.1:${await freePort()}/v1` });
  expect(thrown).toBeInstanceOf(ModelUnavailable);
  expect(thrown).toMatchObject({ reason: 'ECONNREFUSED' });
});

test.each([
  ['dropped', { truncateAfterChunks: 3, chunkSize: 4 }],
  ['disconnected', { chaos: { disconnectRate: 1 } }],
  ['malformed', { chaos: { malformedRate: 1 } }],
])('a %s stream is an outage, never a short answer', async (_name, options) => {
  mock.onMessage(prompt, { content: 'The launch moved to Thursday, says Anna.' }, options);
  expect(await failure()).toBeInstanceOf(ModelUnavailable);
});

test('a stream that ends tidily but without a finish reason is an outage', async () => {
  const fetch = streamOf([{ choices: [{ index: 0, delta: { content: 'The la' } }] }]);
  expect(await failure({ fetch })).toBeInstanceOf(ModelUnavailable);
});

test.each([
  ['server_error', ModelUnavailable],
  ['insufficient_quota', ModelQuotaExceeded],
  ['rate_limit_exceeded', ModelRateLimited],
  ['invalid_request_error', ModelRejected],
])('%s in the middle of a stream is understood', async (code, type) => {
  const chunk = { choices: [{ index: 0, delta: { content: 'The la' } }] };
  const fetch = streamOf([chunk, { error: { message: `no: ${prompt}`, type: code, code } }]);
  expect(await failure({ fetch })).toBeInstanceOf(type);
});

test('a first token that does not come is an outage', async () => {
  mock.onMessage(prompt, { content: 'late' }, { streamingProfile: { ttft: 2000 } });
  const thrown = await failure({ firstTokenTimeoutMs: 200 });
  expect(thrown).toMatchObject({ code: 'MODEL_UNAVAILABLE', reason: 'the first token took too long' });
});

test('an answer whose headers do not come is an outage', async () => {
  mock.onMessage(prompt, { content: 'late' }, { chaos: { latencyMs: 2000 } });
  const thrown = await failure({ firstTokenTimeoutMs: 200 });
  expect(thrown).toMatchObject({ code: 'MODEL_UNAVAILABLE', reason: 'the first token took too long' });
});

test('a stream that falls silent is an outage', async () => {
  const slow = { ttftMs: 1, interChunkDelaysMs: [1, 2000, 1], totalDurationMs: 2003 };
  mock.onMessage(prompt, { content: 'one two three' }, { chunkSize: 3, recordedTimings: slow });
  const thrown = await failure({ idleTimeoutMs: 300 });
  expect(thrown).toMatchObject({ code: 'MODEL_UNAVAILABLE', reason: 'the stream fell silent' });
});

test('an answer that goes on past the time limit is an outage', async () => {
  const content = 'word '.repeat(40);
  mock.onMessage(prompt, { content }, { chunkSize: 5, streamingProfile: { ttft: 1, tps: 20 } });
  const thrown = await failure({ timeoutMs: 400 });
  expect(thrown).toMatchObject({ code: 'MODEL_UNAVAILABLE', reason: 'the answer took too long' });
});

test('a reader of the text that throws ends the answer', async () => {
  const broken = new InvalidInput('the reader broke');
  mock.onMessage(prompt, { content: 'one two three' });
  const reader = () => {
    throw broken;
  };
  expect(await failure({}, reader)).toBe(broken);
});

/** A server that sends these events and then ends, which aimock cannot be told to do. */
function streamOf(events: readonly unknown[]): typeof fetch {
  const body = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
  return async () => new Response(`${body}data: [DONE]\n\n`, { headers: { 'content-type': 'text/event-stream' } });
}

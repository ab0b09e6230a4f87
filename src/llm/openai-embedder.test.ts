import { LLMock } from '@copilotkit/aimock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ModelQuotaExceeded, ModelRateLimited, ModelRejected, ModelUnavailable } from './errors.ts';
import { createOpenAiEmbedder, type OpenAiEmbedderOptions } from './openai-embedder.ts';

let mock: LLMock;
beforeEach(async () => {
  mock = new LLMock({ port: 0, host: '127.0.0.1' });
  await mock.start();
});
afterEach(() => mock.stop());

function embedder(overrides: Partial<OpenAiEmbedderOptions> = {}) {
  const options = {
    baseUrl: `${mock.url}/v1`,
    apiKey: () => 'sk-test',
    model: 'embed-test',
    dimensions: 3,
    timeoutMs: 5000,
  };
  return createOpenAiEmbedder({ ...options, ...overrides });
}

/** A server that gives these vectors, numbered as told. */
function server(vectors: readonly { index: number; embedding: readonly number[] }[]): typeof fetch {
  return async () => Response.json({ object: 'list', data: vectors, usage: { prompt_tokens: 1 } });
}

test('vectors have unit length and the configured dimensions', async () => {
  mock.onEmbedding('apple', { embedding: [3, 0, 4] });
  const vectors = await embedder().embed(['apple']);
  expect([...(vectors[0] ?? [])]).toEqual([expect.closeTo(0.6), 0, expect.closeTo(0.8)]);
  expect(mock.getLastRequest()?.body).toMatchObject({ model: 'embed-test' });
  expect(mock.getLastRequest()?.headers.authorization).toMatch(/Bearer|\[REDACTED\]/);
});

test('vectors keep the order of the texts, whatever order they come in', async () => {
  const fetch = server([
    { index: 2, embedding: [0, 0, 1] },
    { index: 0, embedding: [1, 0, 0] },
    { index: 1, embedding: [0, 1, 0] },
  ]);
  const vectors = await embedder({ fetch }).embed(['a', 'b', 'c']);
  expect(vectors.map((vector) => [...vector])).toEqual([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
});

test('vectors that are all numbered 0 are taken as they come', async () => {
  const fetch = server([
    { index: 0, embedding: [1, 0, 0] },
    { index: 0, embedding: [0, 1, 0] },
  ]);
  const vectors = await embedder({ fetch }).embed(['a', 'b']);
  expect(vectors.map((vector) => [...vector])).toEqual([
    [1, 0, 0],
    [0, 1, 0],
  ]);
});

test('empty texts, half characters and long texts are made fit to send', async () => {
  const bodies: string[] = [];
  const answer = server([0, 1, 2, 3].map((index) => ({ index, embedding: [1, 0, 0] })));
  const fetch: typeof globalThis.fetch = async (input, init) => {
    bodies.push(String(init?.body));
    return answer(input, init);
  };
  await embedder({ fetch }).embed(['', ' \n', `a\0b\ud800`, 'x'.repeat(40_000)]);
  expect(JSON.parse(bodies[0] ?? '')).toMatchObject({
    input: [' ', ' ', 'a b\ufffd', 'x'.repeat(8000)],
    dimensions: 3,
  });
});

test('no texts cost no request', async () => {
  expect(await embedder().embed([])).toEqual([]);
  expect(mock.getRequests()).toEqual([]);
});

test('a wrong number of dimensions is named and not retryable', async () => {
  mock.onEmbedding('apple', { embedding: [1, 0, 0, 0] });
  const error = { code: 'EMBEDDING_FAILED', retryable: false, message: expect.stringContaining('4 dimensions, 3') };
  await expect(embedder().embed(['apple'])).rejects.toMatchObject(error);
});

test('too few vectors and vectors of zeros are failures', async () => {
  const fewer = embedder({ fetch: server([{ index: 0, embedding: [1, 0, 0] }]) });
  await expect(fewer.embed(['a', 'b'])).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true });
  const zeros = embedder({ fetch: server([{ index: 0, embedding: [0, 0, 0] }]) });
  await expect(zeros.embed(['a'])).rejects.toMatchObject({ code: 'EMBEDDING_FAILED' });
});

test.each([
  [500, 'server_error', ModelUnavailable],
  [429, 'rate_limit_exceeded', ModelRateLimited],
  [429, 'insufficient_quota', ModelQuotaExceeded],
  [401, 'invalid_api_key', ModelRejected],
])('%i %s becomes an error of ours, after one request', async (status, code, type) => {
  mock.onEmbedding('apple', { error: { message: 'no', type: code, code }, status });
  await expect(embedder().embed(['apple'])).rejects.toBeInstanceOf(type);
  expect(mock.getRequests()).toHaveLength(1);
});

test('a slow answer is an outage and an abort is the reason of the caller', async () => {
  mock.onEmbedding('apple', { embedding: [1, 0, 0] }, { chaos: { latencyMs: 2000 } });
  await expect(embedder({ timeoutMs: 100 }).embed(['apple'])).rejects.toMatchObject({ reason: 'timeout' });
  const controller = new AbortController();
  const reason = new Error('stop');
  const pending = embedder().embed(['apple'], controller.signal);
  controller.abort(reason);
  await expect(pending).rejects.toBe(reason);
});

import { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { createLocalEmbedder, LOCAL_EMBEDDING_DIMENSIONS, type LocalEmbedder } from './local-embedder.ts';

const disposables: LocalEmbedder[] = [];
afterEach(async () => {
  for (const embedder of disposables.splice(0)) await embedder[Symbol.asyncDispose]();
});

/** With the worker threads that it started, to break them. */
function embedder(): { embedder: LocalEmbedder; workers: Worker[] } {
  const workers: Worker[] = [];
  const created = createLocalEmbedder(() => {
    const worker = new Worker(new URL('./local-embedder-worker.ts', import.meta.url), { execArgv: [] });
    workers.push(worker);
    return worker;
  });
  disposables.push(created);
  return { embedder: created, workers };
}

function cosine(a: Float32Array | undefined, b: Float32Array | undefined): number {
  return (a ?? new Float32Array()).reduce((sum, value, index) => sum + value * (b?.[index] ?? 0), 0);
}

test('like sentences are closer than unlike ones, at unit length', async () => {
  const local = createLocalEmbedder();
  disposables.push(local);
  const vectors = await local.embed([
    'The deployment was moved to Thursday.',
    'We postponed the release until Thursday.',
    'My cat likes to sleep in the sun.',
  ]);
  const [moved, postponed, cat] = vectors;
  expect(cosine(moved, postponed)).toBeGreaterThan(cosine(moved, cat) + 0.2);
  for (const vector of vectors) {
    expect(vector).toHaveLength(LOCAL_EMBEDDING_DIMENSIONS);
    expect(cosine(vector, vector)).toBeCloseTo(1, 5);
  }
});

test('a text has the same vector alone and in any place of a batch', async () => {
  const { embedder: local } = embedder();
  const texts = Array.from(
    { length: 11 },
    (_, index) => `Note ${index}: ${'the billing migration '.repeat(index + 1)}`,
  );
  const together = await local.embed(texts);
  expect(together).toHaveLength(texts.length);
  for (const index of [0, 4, 10]) {
    const [alone] = await local.embed([texts[index] ?? '']);
    expect(cosine(alone, together[index])).toBeCloseTo(1, 4);
  }
});

test('texts that are empty, long or broken are embedded', async () => {
  const { embedder: local } = embedder();
  const texts = ['', ' ', '\0', '\ud800', '😀', '日本語', 'x'.repeat(40_000), 'word '.repeat(8000)];
  const vectors = await local.embed(texts);
  expect(vectors.map((vector) => vector.length)).toEqual(texts.map(() => LOCAL_EMBEDDING_DIMENSIONS));
  expect(cosine(vectors[0], vectors[1])).toBeCloseTo(1, 5);
  expect(await local.embed([])).toEqual([]);
});

test('a question overtakes batches that came before it', async () => {
  const { embedder: local } = embedder();
  await local.warm();
  const finished: string[] = [];
  const texts = Array.from({ length: 32 }, (_, index) => `message number ${index}`);
  const work = [
    local.embed(texts).then(() => finished.push('first batch')),
    local.embed(texts).then(() => finished.push('second batch')),
    local.embed(['when is the launch?']).then(() => finished.push('question')),
  ];
  await Promise.all(work);
  expect(finished).toEqual(['question', 'first batch', 'second batch']);
});

test('the event loop goes on while a batch is embedded', async () => {
  const { embedder: local } = embedder();
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  await local.embed(Array.from({ length: 16 }, (_, index) => `message number ${index}`));
  clearInterval(timer);
  expect(turns).toBeGreaterThan(10);
});

test('when the thread dies the calls in hand fail retryably and the next call starts another', async () => {
  const { embedder: local, workers } = embedder();
  const warmed = local.warm();
  await warmed;
  const texts = Array.from({ length: 32 }, (_, index) => `message number ${index}`);
  const inHand = Promise.allSettled([local.embed(texts), local.embed(texts), local.embed(['question'])]);
  await workers[0]?.terminate();
  for (const result of await inHand) {
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'EMBEDDING_FAILED', retryable: true } });
  }
  expect(await local.embed(['question'])).toHaveLength(1);
  expect(workers).toHaveLength(2);
});

test('a thread that cannot start is a retryable failure', async () => {
  let starts = 0;
  const local = createLocalEmbedder(() => {
    starts += 1;
    return new Worker('throw new Error("no memory")', { eval: true });
  });
  disposables.push(local);
  await expect(local.embed(['question'])).rejects.toMatchObject({ code: 'EMBEDDING_FAILED', retryable: true });
  await expect(local.warm()).rejects.toMatchObject({ retryable: true });
  expect(starts).toBe(2);
});

test('an aborted call leaves the queue with the reason of its caller', async () => {
  const { embedder: local } = embedder();
  const controller = new AbortController();
  const reason = new Error('stop');
  const texts = Array.from({ length: 32 }, (_, index) => `message number ${index}`);
  const aborted = local.embed(texts, controller.signal);
  const other = local.embed(texts.slice(0, 2));
  controller.abort(reason);
  await expect(aborted).rejects.toBe(reason);
  expect(await other).toHaveLength(2);
  await expect(local.embed(texts, controller.signal)).rejects.toBe(reason);
});

test('after disposal calls fail and no thread is left', async () => {
  const { embedder: local, workers } = embedder();
  const pending = Promise.allSettled([local.embed(['question'])]);
  await local[Symbol.asyncDispose]();
  expect(await pending).toMatchObject([{ status: 'rejected', reason: { code: 'EMBEDDING_FAILED' } }]);
  expect(workers.map((worker) => worker.threadId)).toEqual([-1]);
  await expect(local.embed(['question'])).rejects.toMatchObject({ retryable: false });
});

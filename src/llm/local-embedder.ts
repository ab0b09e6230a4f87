import { Worker } from 'node:worker_threads';
import { type Embedder, embeddableText, unitVector } from './embedder.ts';
import { EmbeddingFailed } from './errors.ts';
import type { EmbedRequest, EmbedResponse } from './local-embedder-worker.ts';

export const LOCAL_EMBEDDING_MODEL = 'energetic-ai/embeddings-en';
export const LOCAL_EMBEDDING_DIMENSIONS = 512;

/**
 * The model reads 128 tokens (about 600 characters of English) of a text and ignores the rest; its tokeniser takes quadratic time
 * (0.2 ms for 100 characters, 2.4 ms for 1,000, 26 ms for 8,000).
 */
const maxCharacters = 1000;

/**
 * Measured on two cores, texts of 140 characters: 1 per call 82 texts/s (12 ms), 4: 100 (40 ms), 8: 102 (78 ms),
 * 16: 111 (145 ms), 32: 112 (286 ms), 64: 105 (611 ms). A text of 128 tokens or more takes 42 ms alone.
 * A question waits for the chunk that is being embedded, so a chunk stays near 40 ms and costs a tenth of the rate.
 */
const maxChunkTexts = 4;
const maxChunkCharacters = 600;

export interface LocalEmbedder extends Embedder {
  /** Loads the model (about 0.3 s) and embeds once, so that the first question does not wait for that. */
  warm(): Promise<void>;
}

interface Call {
  readonly texts: readonly string[];
  readonly vectors: Float32Array[];
  next: number;
  resolve(vectors: readonly Float32Array[]): void;
  reject(reason: unknown): void;
}

interface InFlight {
  readonly id: number;
  readonly call: Call;
  readonly count: number;
}

/**
 * The bundled English model, in a thread of its own that starts with the first call and never touches the network.
 * A call of one text (a question) overtakes batches that wait or are half done. When the thread dies, the calls in
 * hand fail with a retryable `EmbeddingFailed` and the next call starts another. An idle thread does not keep the
 * process alive. `createWorker` is for tests.
 */
export function createLocalEmbedder(createWorker: () => Worker = startWorker): LocalEmbedder {
  const queue = new EmbeddingQueue(createWorker);
  return {
    model: LOCAL_EMBEDDING_MODEL,
    dimensions: LOCAL_EMBEDDING_DIMENSIONS,
    maxBatch: 64,
    embed: (texts, signal) => queue.embed(texts, signal),
    async warm() {
      await queue.embed(['warm']);
    },
    [Symbol.asyncDispose]: () => queue.close(),
  };
}

function startWorker(): Worker {
  // Nobody rewrites this path when the sources become dist/: there the worker is a .js file.
  const file = import.meta.url.endsWith('.ts') ? './local-embedder-worker.ts' : './local-embedder-worker.js';
  return new Worker(new URL(file, import.meta.url), { name: 'embedder', env: {}, execArgv: [] });
}

class EmbeddingQueue {
  readonly #createWorker: () => Worker;
  readonly #questions: Call[] = [];
  readonly #batches: Call[] = [];
  #worker: Worker | null = null;
  #inFlight: InFlight | null = null;
  #lastId = 0;
  #closed = false;

  constructor(createWorker: () => Worker) {
    this.#createWorker = createWorker;
  }

  async embed(texts: readonly string[], signal?: AbortSignal): Promise<readonly Float32Array[]> {
    signal?.throwIfAborted();
    if (this.#closed) throw new EmbeddingFailed('the embedder is closed', { retryable: false });
    if (texts.length === 0) return [];
    const { promise, resolve, reject } = Promise.withResolvers<readonly Float32Array[]>();
    const prepared = texts.map((text) => embeddableText(text, maxCharacters));
    const call: Call = { texts: prepared, vectors: [], next: 0, resolve, reject };
    const abort = () => {
      this.#remove(call);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
    (texts.length === 1 ? this.#questions : this.#batches).push(call);
    this.#dispatch();
    try {
      return await promise;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    this.#abandon(new EmbeddingFailed('the embedder was closed', { retryable: true }));
    await worker?.terminate();
  }

  /** One chunk at a time: what is in the worker's own inbox can no longer be overtaken. */
  #dispatch(): void {
    if (this.#inFlight !== null) return;
    const call = this.#questions[0] ?? this.#batches[0];
    if (call === undefined) {
      this.#worker?.unref();
      return;
    }
    const texts = chunkAt(call.texts, call.next);
    this.#lastId += 1;
    const request: EmbedRequest = { id: this.#lastId, texts };
    this.#inFlight = { id: request.id, call, count: texts.length };
    try {
      this.#worker ??= this.#start();
      this.#worker.ref();
      this.#worker.postMessage(request);
    } catch (error) {
      this.#abandon(crashed(error));
    }
  }

  #start(): Worker {
    const worker = this.#createWorker();
    const current = () => worker === this.#worker;
    worker.on('message', (response: EmbedResponse) => {
      if (current()) this.#receive(response);
    });
    worker.on('error', (error) => {
      if (current()) this.#abandon(crashed(error));
    });
    worker.on('exit', () => {
      if (current()) this.#abandon(crashed(null));
    });
    return worker;
  }

  #receive(response: EmbedResponse): void {
    const inFlight = this.#inFlight;
    if (inFlight === null || inFlight.id !== response.id) return;
    this.#inFlight = null;
    const failure = 'failure' in response ? failed(response.failure) : collect(inFlight, response.vectors);
    const { call } = inFlight;
    if (failure !== null) {
      this.#remove(call);
      call.reject(failure);
    } else if (call.next >= call.texts.length) {
      this.#remove(call);
      call.resolve(call.vectors);
    }
    this.#dispatch();
  }

  #abandon(reason: EmbeddingFailed): void {
    this.#worker = null;
    this.#inFlight = null;
    const calls = [...this.#questions.splice(0), ...this.#batches.splice(0)];
    for (const call of calls) call.reject(reason);
  }

  #remove(call: Call): void {
    for (const waiting of [this.#questions, this.#batches]) {
      const index = waiting.indexOf(call);
      if (index >= 0) waiting.splice(index, 1);
    }
  }
}

/** The next texts of a call: few enough, and short enough together, to be done in about 40 ms; at least one. */
function chunkAt(texts: readonly string[], start: number): readonly string[] {
  let characters = texts[start]?.length ?? 0;
  let end = start + 1;
  while (end < texts.length && end - start < maxChunkTexts) {
    characters += texts[end]?.length ?? 0;
    if (characters > maxChunkCharacters) break;
    end += 1;
  }
  return texts.slice(start, end);
}

/** Adds the chunk's vectors to its call, or says what is wrong with them. */
function collect({ call, count }: InFlight, flat: Float32Array): EmbeddingFailed | null {
  if (flat.length !== count * LOCAL_EMBEDDING_DIMENSIONS) return failed(`${flat.length} numbers for ${count} texts`);
  for (let start = 0; start < flat.length; start += LOCAL_EMBEDDING_DIMENSIONS) {
    const vector = unitVector(flat.subarray(start, start + LOCAL_EMBEDDING_DIMENSIONS));
    if (vector === null) return failed('a vector without a direction');
    call.vectors.push(vector);
  }
  call.next += count;
  return null;
}

function failed(reason: string): EmbeddingFailed {
  // The same text would fail again.
  return new EmbeddingFailed(`the bundled model failed (${reason})`, { retryable: false });
}

function crashed(error: unknown): EmbeddingFailed {
  const name = error instanceof Error ? ` (${error.name})` : '';
  return new EmbeddingFailed(`the embedding thread ended${name}`, { retryable: true });
}

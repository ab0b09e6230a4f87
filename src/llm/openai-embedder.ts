import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { type EmbeddingModel, embedMany } from 'ai';
import { z } from 'zod';
import { type Embedder, embeddableText, unitVector } from './embedder.ts';
import { EmbeddingFailed, toModelError } from './errors.ts';
import './sdk-silence.ts';

/**
 * The models take 8,191 tokens a text and 300,000 a request. A character is rarely more than one token,
 * and 128 texts of 8,000 characters of English are 256,000.
 */
const maxCharacters = 8000;
const maxBatch = 128;

export interface OpenAiEmbedderOptions {
  readonly baseUrl: string;
  readonly apiKey: () => string;
  readonly model: string;
  readonly dimensions: number;
  /** For one call, from sending it to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly fetch?: typeof globalThis.fetch;
}

/** Embeddings from any endpoint that speaks OpenAI's protocol. Never retries: whoever calls knows when to. */
export function createOpenAiEmbedder(options: OpenAiEmbedderOptions): Embedder {
  const { model, dimensions } = options;
  const provider = createOpenAICompatible({
    name: 'openai',
    baseURL: options.baseUrl,
    apiKey: options.apiKey,
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  });
  const endpoint = provider.embeddingModel(model);
  return {
    model,
    dimensions,
    maxBatch,
    async embed(texts, signal) {
      signal?.throwIfAborted();
      if (texts.length === 0) return [];
      const values = texts.map((text) => embeddableText(text, maxCharacters));
      const timeout = AbortSignal.timeout(options.timeoutMs);
      const abortSignal = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
      try {
        return checked(await requestInBatches(endpoint, values, dimensions, abortSignal), dimensions);
      } catch (error) {
        signal?.throwIfAborted();
        throw toModelError(error);
      }
    },
    async [Symbol.asyncDispose]() {},
  };
}

async function requestInBatches(
  model: EmbeddingModel,
  values: readonly string[],
  dimensions: number,
  abortSignal: AbortSignal,
) {
  const embeddings: number[][] = [];
  for (let start = 0; start < values.length; start += maxBatch) {
    const batch = values.slice(start, start + maxBatch);
    const options = { model, values: batch, dimensions, maxRetries: 0, abortSignal, telemetry: { isEnabled: false } };
    const result = await embedMany(options);
    embeddings.push(...inRequestedOrder(result.embeddings, result.responses?.[0]?.body));
  }
  return embeddings;
}

const indexedSchema = z.object({ data: z.array(z.object({ index: z.number().int().nonnegative() })) });

/** The SDK takes the vectors as they come; the protocol lets a server send them in another order, numbered. */
function inRequestedOrder(embeddings: readonly number[][], body: unknown): readonly number[][] {
  const parsed = indexedSchema.safeParse(body);
  if (!parsed.success || parsed.data.data.length !== embeddings.length) return embeddings;
  const order = parsed.data.data.map((item) => item.index);
  const sorted: number[][] = [];
  for (const [position, embedding] of embeddings.entries()) sorted[order[position] ?? position] = embedding;
  // Some servers number every vector 0: then only their order can be meant.
  return new Set(order).size === order.length && sorted.length === order.length ? sorted : embeddings;
}

/** The SDK has made sure that there are as many vectors as texts. */
function checked(embeddings: readonly number[][], dimensions: number): readonly Float32Array[] {
  return embeddings.map((embedding) => {
    if (embedding.length !== dimensions) {
      const reason = `the model gives ${embedding.length} dimensions, ${dimensions} are configured`;
      throw new EmbeddingFailed(reason, { retryable: false });
    }
    const vector = unitVector(embedding);
    if (vector === null) throw new EmbeddingFailed('the model gave a vector without a direction', { retryable: true });
    return vector;
  });
}

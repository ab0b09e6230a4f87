import type { Readable } from '../db/audience.ts';
import type { Queryable } from '../db/query.ts';
import { errorCode } from '../errors.ts';
import type { Embedder } from '../llm/embedder.ts';
import { type Passage, type RecallOptions, recall } from '../memory/recall.ts';
import type { Logger } from '../telemetry/log.ts';

/** A question waits no longer than this for its embedding. */
const embeddingTimeoutMs = 3000;

/** Recall for a text: embeds it, and goes on with its words alone where the embedding model is away. */
export async function searchMemory(
  { db, embedder, log }: { readonly db: Queryable; readonly embedder: Embedder; readonly log: Logger },
  readable: Readable,
  text: string,
  options: RecallOptions,
): Promise<Passage[]> {
  const embedding = await embedQuestion(embedder, text, log);
  return recall(db, readable, { text, embedding, embeddingModel: embedder.model }, options);
}

async function embedQuestion(embedder: Embedder, text: string, log: Logger): Promise<Float32Array | null> {
  try {
    const [embedding] = await embedder.embed([text], AbortSignal.timeout(embeddingTimeoutMs));
    return embedding ?? null;
  } catch (error) {
    log.warn({ code: errorCode(error) }, 'question not embedded, searching by words alone');
    return null;
  }
}

import { listUnembedded, saveEmbeddings, type Unembedded } from '../db/embeddings.ts';
import type { Queryable } from '../db/query.ts';
import type { Embedder } from '../llm/embedder.ts';

/** Texts that one call of the job embeds at most. */
const batchSize = 64;

/**
 * Embeds the named messages and, while there is room in the batch, others that wait, so that many
 * small jobs cost few model calls: a job whose messages were done by an earlier one finds nothing to do.
 * Returns how many embeddings were stored.
 */
export async function embedMessages(
  db: Queryable,
  embedder: Embedder,
  team: string,
  named: readonly { readonly channel: string; readonly ts: string }[],
): Promise<number> {
  let kept = 0;
  for (let start = 0; start < named.length; start += batchSize) {
    const waiting = await listUnembedded(db, team, embedder.model, named.slice(start, start + batchSize), batchSize);
    if (waiting.length > 0) kept += await embedBatch(db, embedder, team, waiting);
  }
  return named.length > 0 ? kept : embedAllWaiting(db, embedder, team);
}

/** A job that names none embeds whatever waits. */
async function embedAllWaiting(db: Queryable, embedder: Embedder, team: string): Promise<number> {
  let kept = 0;
  for (;;) {
    const waiting = await listUnembedded(db, team, embedder.model, [], batchSize);
    if (waiting.length === 0) return kept;
    kept += await embedBatch(db, embedder, team, waiting);
  }
}

async function embedBatch(
  db: Queryable,
  embedder: Embedder,
  team: string,
  messages: readonly Unembedded[],
): Promise<number> {
  const embeddings = await embedder.embed(messages.map(({ text }) => text));
  const pairs = messages.flatMap((message, index) => {
    const embedding = embeddings[index];
    return embedding === undefined ? [] : [{ ...message, embedding }];
  });
  return saveEmbeddings(db, team, embedder.model, pairs);
}

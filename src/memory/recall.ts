import type { Readable } from '../db/audience.ts';
import { toVector } from '../db/embeddings.ts';
import type { Queryable } from '../db/query.ts';
import { type Candidate, findCandidates } from '../db/recall.ts';
import { cleanText } from './clean-text.ts';

export interface Question {
  readonly text: string;
  /** The question's embedding; null where the embedding model is away: words alone decide then. */
  readonly embedding: Float32Array | null;
  readonly embeddingModel: string;
}

export interface RecallOptions {
  readonly limit: number;
  readonly channels?: readonly string[] | undefined;
  readonly authors?: readonly string[] | undefined;
  /** Only messages said at or after this time. */
  readonly after?: Date | undefined;
  /** Only messages said before this time. */
  readonly before?: Date | undefined;
  readonly except?: { readonly channel: string; readonly ts: string } | undefined;
}

export interface Passage extends Candidate {
  /** Higher is better; comparable within one recall only. */
  readonly score: number;
}

/** Longer questions are cut: beyond this words add nothing but time. */
const maxQuestionCharacters = 4000;

/** The k of reciprocal rank fusion (Cormack, Clarke, Büttcher 2009). */
const fusionConstant = 60;

/** The remembered messages that fit the question best, best first, out of what the audience may read. */
export async function recall(
  db: Queryable,
  readable: Readable,
  question: Question,
  options: RecallOptions,
): Promise<Passage[]> {
  const candidates = await findCandidates(
    db,
    readable,
    {
      words: cleanText(question.text.slice(0, maxQuestionCharacters)),
      embedding: question.embedding === null ? null : toVector(question.embedding),
      model: question.embeddingModel,
    },
    {
      channels: options.channels ?? null,
      authors: options.authors ?? null,
      after: toTs(options.after),
      before: toTs(options.before),
      except: options.except ?? null,
    },
    Math.max(60, options.limit),
  );
  return rankCandidates(candidates).slice(0, options.limit);
}

/** Reciprocal rank fusion of the two searches. Ties go to the newer message. */
export function rankCandidates(candidates: readonly Candidate[]): Passage[] {
  const byWords = ranksBy(candidates, ({ wordScore }) => wordScore);
  const bySimilarity = ranksBy(candidates, ({ similarity }) => similarity);
  return candidates
    .map((candidate) => ({ ...candidate, score: fused(byWords.get(candidate)) + fused(bySimilarity.get(candidate)) }))
    .toSorted((a, b) => b.score - a.score || (a.ts < b.ts ? 1 : -1));
}

function ranksBy(
  candidates: readonly Candidate[],
  value: (candidate: Candidate) => number | null,
): Map<Candidate, number> {
  const scored = candidates.filter((candidate) => value(candidate) !== null);
  scored.sort((a, b) => (value(b) ?? 0) - (value(a) ?? 0));
  return new Map(scored.map((candidate, rank) => [candidate, rank + 1]));
}

function fused(rank: number | undefined): number {
  return rank === undefined ? 0 : 1 / (fusionConstant + rank);
}

function toTs(time: Date | undefined): string | null {
  return time === undefined ? null : (time.getTime() / 1000).toFixed(6);
}

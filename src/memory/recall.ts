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

/** What a cosine of 1 is worth against the summed rarity of shared words, whose idf is 2 to 7 each. */
const similarityWeight = 20;

/**
 * Below this sum of word share and half the similarity a message only happens to share something with the question.
 * On the sample company answerable questions reach 0.55 to 1.4 with their best message, absent ones 0.2 to 0.6.
 */
const leastRelevance = 0.5;

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

/** Weighted sum of shared rare words and similarity. Ties go to the newer message. */
export function rankCandidates(candidates: readonly Candidate[]): Passage[] {
  return candidates
    .map((candidate) => ({
      ...candidate,
      score: (candidate.wordScore ?? 0) + similarityWeight * Math.max(0, candidate.similarity ?? 0),
    }))
    .toSorted((a, b) => b.score - a.score || (a.ts < b.ts ? 1 : -1));
}

/** Whether a passage says something about the question, and did not only turn up because nothing better did. */
export function isRelevant({ wordShare, similarity }: Pick<Passage, 'wordShare' | 'similarity'>): boolean {
  return wordShare + Math.max(0, similarity ?? 0) / 2 >= leastRelevance;
}

function toTs(time: Date | undefined): string | null {
  return time === undefined ? null : (time.getTime() / 1000).toFixed(6);
}

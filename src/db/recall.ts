import type { Readable } from './audience.ts';
import type { Queryable } from './query.ts';
import { type Remembered, rememberedColumns, rememberedJoins } from './remembered.ts';

export interface RecallBounds {
  readonly channels: readonly string[] | null;
  readonly authors: readonly string[] | null;
  /** Only messages said at or after `after` and before `before`, as ts. */
  readonly after: string | null;
  readonly before: string | null;
  /** The message that asks, which is no evidence for itself. */
  readonly except: { readonly channel: string; readonly ts: string } | null;
}

export interface Candidate extends Remembered {
  /** Summed rarity (idf) of the words that question and message share; null where it came by its embedding alone. */
  readonly wordScore: number | null;
  /** That sum as a share of the whole question's, 0 to 1. */
  readonly wordShare: number;
  /** Cosine of the embeddings, -1 to 1; null where either is missing. */
  readonly similarity: number | null;
}

// what may be evidence: readable, inside the bounds, not pup's own words and not a question to pup
const evidence = `m.team = $1 and m.channel = any ($2) and not m.deleted and m.author <> w.pup_id
  and not (m.to_pup and m.text like '%?%')
  and ($5::text[] is null or m.channel = any ($5)) and ($6::text[] is null or m.author = any ($6))
  and ($7::text is null or m.ts >= $7) and ($8::text is null or m.ts < $8)
  and ($9::text is null or m.ts <> $9 or m.channel <> $10)`;

/**
 * The best messages by shared words and by embedding together, up to `limit` each.
 * Rare words decide: a word in more than 2,000 messages counts as common, which also bounds the time that a common
 * word can cost, and is left out unless the question has fewer than two rarer ones.
 * The audience stands inside both searches: filtering afterwards would starve them.
 * `+ 0.0` keeps the planner off an approximate index, which loses rows under a filter.
 */
export async function findCandidates(
  db: Queryable,
  readable: Readable,
  question: { readonly words: string; readonly embedding: string | null; readonly model: string },
  bounds: RecallBounds,
  limit: number,
): Promise<Candidate[]> {
  const { rows } = await db.query<Candidate>(
    `with size as (
       select greatest(reltuples, 1000)::float8 as messages from pg_class where oid = 'message'::regclass
     ), counted as materialized (
       select quote_literal(lexeme)::tsquery as term,
         (select count(*) from (select from message m
            where m.team = $1 and m.words @@ quote_literal(lexeme)::tsquery limit 2000) as hits) as uses
       from unnest(to_tsvector('english', $3))
     ), weighed as (
       select term, uses, ln(1 + size.messages / greatest(uses, 1)) as idf, row_number() over (order by uses = 0, uses) as rarity
       from counted, size
     ), terms as materialized (
       select term, idf from weighed where uses > 0 and rarity <= 32 and (uses < 2000 or rarity <= 2)
     ), by_words as (
       select m.channel, m.ts, sum(terms.idf) as score
       from terms join message m on m.words @@ terms.term join workspace w on w.team = m.team
       where ${evidence}
       group by m.channel, m.ts order by score desc, m.ts desc limit $12
     ), by_embedding as (
       select m.channel, m.ts from message m join workspace w on w.team = m.team
       where $4::text is not null and m.embedding_model = $11 and m.embedding is not null and ${evidence}
       order by (m.embedding <=> $4::halfvec) + 0.0 limit $12
     )
     select ${rememberedColumns}, by_words.score::float8 as "wordScore",
       coalesce(by_words.score / (select sum(idf) from weighed), 0)::float8 as "wordShare",
       case when m.embedding_model = $11 then (1 - (m.embedding <=> $4::halfvec))::float8 end as similarity
     from (select channel, ts from by_words union select channel, ts from by_embedding) as found
     join message m on m.team = $1 and m.channel = found.channel and m.ts = found.ts
     left join by_words on by_words.channel = m.channel and by_words.ts = m.ts
     ${rememberedJoins}`,
    [
      readable.team,
      readable.channels,
      question.words,
      question.embedding,
      bounds.channels,
      bounds.authors,
      bounds.after,
      bounds.before,
      bounds.except?.ts ?? null,
      bounds.except?.channel ?? null,
      question.model,
      limit,
    ],
  );
  return rows;
}

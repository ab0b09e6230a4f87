import type { Queryable } from './query.ts';

export interface Unembedded {
  readonly channel: string;
  readonly ts: string;
  readonly text: string;
  readonly version: number;
}

/** Messages without an embedding of this model: first those named, then others that wait, up to `limit`. */
export async function listUnembedded(
  db: Queryable,
  team: string,
  model: string,
  first: readonly { readonly channel: string; readonly ts: string }[],
  limit: number,
): Promise<Unembedded[]> {
  const { rows } = await db.query<Unembedded>(
    `with named as (
       select m.channel, m.ts, m.text, m.version
       from jsonb_to_recordset($2::jsonb) as n(channel text, ts text) join message m on m.team = $1 and m.channel = n.channel and m.ts = n.ts
       where not m.deleted and (m.embedding is null or m.embedding_model <> $3)
     ), others as (
       select m.channel, m.ts, m.text, m.version from message m
       where m.team = $1 and m.embedding is null and not m.deleted order by m.said_at desc limit $4
     )
     select * from (select * from named union select * from others) as waiting limit $4`,
    [team, JSON.stringify(first), model, limit],
  );
  return rows;
}

/** Stores embeddings; one whose message was edited or deleted since its text was read is dropped. Returns how many were kept. */
export async function saveEmbeddings(
  db: Queryable,
  team: string,
  model: string,
  embeddings: readonly (Pick<Unembedded, 'channel' | 'ts' | 'version'> & { readonly embedding: Float32Array })[],
): Promise<number> {
  const { rowCount } = await db.query(
    `update message m set embedding = e.embedding::halfvec, embedding_model = $2
     from unnest($3::text[], $4::text[], $5::integer[], $6::text[]) as e(channel, ts, version, embedding)
     where m.team = $1 and m.channel = e.channel and m.ts = e.ts and m.version = e.version and not m.deleted`,
    [
      team,
      model,
      embeddings.map(({ channel }) => channel),
      embeddings.map(({ ts }) => ts),
      embeddings.map(({ version }) => version),
      embeddings.map(({ embedding }) => toVector(embedding)),
    ],
  );
  return rowCount ?? 0;
}

/** pgvector's text form, at the precision that halfvec keeps. */
export function toVector(embedding: Float32Array): string {
  return `[${Array.from(embedding, (value) => value.toPrecision(5)).join(',')}]`;
}

/** Teams with messages that wait for their embedding. */
export async function teamsWithUnembedded(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ team: string }>(
    'select team from workspace w where exists (select from message m where m.team = w.team and m.embedding is null and not m.deleted)',
  );
  return rows.map(({ team }) => team);
}

/** For the embedded database, which has no autovacuum: without this its planner knows nothing and dead rows stay. */
export async function tidyMessages(db: Queryable): Promise<void> {
  await db.query('vacuum (analyze) message');
}

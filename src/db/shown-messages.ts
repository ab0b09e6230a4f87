import type { Queryable } from './query.ts';

/** A message as the local workspace shows it. */
export interface ShownMessageRow {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs: string | null;
  readonly author: string;
  readonly authorIsPup: boolean;
  readonly rawText: string;
  readonly replyCount: number;
  readonly editedTs: string | null;
  readonly files: readonly { readonly name: string }[];
  readonly replyKey: string | null;
  readonly sources: readonly { readonly channel: string; readonly ts: string; readonly threadTs: string | null }[];
}

export interface ShownPage {
  readonly limit: number;
  /** Only the thread under this root, the root included. */
  readonly threadTs: string | null;
  /** Leaves the replies of threads out. */
  readonly rootsOnly: boolean;
  readonly before: string | null;
  readonly after: string | null;
}

const columns = `m.channel, m.ts, m.thread_ts as "threadTs", m.author, m.author = w.pup_id as "authorIsPup", m.raw_text as "rawText",
  m.edited_ts as "editedTs", m.files, m.reply_key as "replyKey",
  (select count(*)::int from message r where r.team = m.team and r.channel = m.channel and r.thread_ts = m.ts and not r.deleted) as "replyCount",
  coalesce((select jsonb_agg(jsonb_build_object('channel', s.source_channel, 'ts', s.source_ts, 'threadTs', o.thread_ts) order by s.position)
    from reply_source s left join message o on o.team = s.team and o.channel = s.source_channel and o.ts = s.source_ts
    where m.reply_key is not null and s.team = m.team and s.channel = m.channel and s.channel || ':' || s.asked_ts = m.reply_key), '[]') as sources`;

/** The newest `limit` messages before `before` (or the oldest from `after` on), oldest first. */
export async function listShown(
  db: Queryable,
  team: string,
  channel: string,
  page: ShownPage,
): Promise<ShownMessageRow[]> {
  const { rows } = await db.query<ShownMessageRow>(
    `select ${columns} from message m join workspace w on w.team = m.team
     where m.team = $1 and m.channel = $2 and not m.deleted
       and ($3::text is null or m.ts = $3 or m.thread_ts = $3)
       and (not $4::boolean or m.thread_ts is null or m.subtype = 'thread_broadcast')
       and ($5::text is null or m.ts < $5) and ($6::text is null or m.ts >= $6)
     order by case when $6::text is null then m.ts end desc, m.ts limit $7`,
    [team, channel, page.threadTs, page.rootsOnly, page.before, page.after, page.limit],
  );
  return rows.toSorted((a, b) => (a.ts < b.ts ? -1 : 1));
}

export async function findShown(
  db: Queryable,
  team: string,
  channel: string,
  ts: string,
): Promise<ShownMessageRow | null> {
  const { rows } = await db.query<ShownMessageRow>(
    `select ${columns} from message m join workspace w on w.team = m.team
     where m.team = $1 and m.channel = $2 and m.ts = $3 and not m.deleted`,
    [team, channel, ts],
  );
  return rows[0] ?? null;
}

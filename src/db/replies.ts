import type { Queryable } from './query.ts';

export interface OwedReply {
  readonly team: string;
  readonly channel: string;
  readonly askedTs: string;
  readonly threadTs: string | null;
  readonly asker: string;
  /** 1 on the first try: nothing can have been posted before it. */
  readonly attempt: number;
}

export type ReplyOutcome = 'answered' | 'degraded' | 'nothing-found' | 'cancelled' | 'failed';

/** Notes that replies are owed for these messages; returns those that were not noted before. Deleted messages owe none. */
export async function oweReplies(
  db: Queryable,
  team: string,
  asked: readonly { readonly channel: string; readonly ts: string }[],
): Promise<{ channel: string; ts: string }[]> {
  const { rows } = await db.query<{ channel: string; ts: string }>(
    `insert into reply (team, channel, asked_ts, thread_ts, asker)
     select m.team, m.channel, m.ts, m.thread_ts, m.author
     from message m join jsonb_to_recordset($2::jsonb) as a(channel text, ts text) using (channel, ts)
     where m.team = $1 and not m.deleted
     on conflict do nothing returning channel, asked_ts as ts`,
    [team, JSON.stringify(asked)],
  );
  return rows;
}

/**
 * Takes up to `limit` due replies under a lease of `leaseSeconds`, oldest first; those of a process whose lease ran out included.
 * `skip locked` lets several processes claim at once without waiting for each other.
 */
export async function claimReplies(
  db: Queryable,
  owner: string,
  limit: number,
  leaseSeconds: number,
): Promise<OwedReply[]> {
  const { rows } = await db.query<OwedReply>(
    `update reply set lease_owner = $1, lease_until = now() + make_interval(secs => $3), attempt = attempt + 1
     where (team, channel, asked_ts) in (
       select team, channel, asked_ts from reply
       where state = 'owed' and due_at <= now() and (lease_until is null or lease_until < now())
       order by owed_at limit $2 for update skip locked)
     returning team, channel, asked_ts as "askedTs", thread_ts as "threadTs", asker, attempt`,
    [owner, limit, leaseSeconds],
  );
  return rows.toSorted((a, b) => (a.askedTs < b.askedTs ? -1 : 1));
}

/** Keeps the lease; false where it is no longer ours or the reply is no longer owed. */
export async function renewLease(
  db: Queryable,
  reply: OwedReply,
  owner: string,
  leaseSeconds: number,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update reply set lease_until = now() + make_interval(secs => $5)
     where team = $1 and channel = $2 and asked_ts = $3 and lease_owner = $4 and state = 'owed'`,
    [reply.team, reply.channel, reply.askedTs, owner, leaseSeconds],
  );
  return (rowCount ?? 0) > 0;
}

/** Writes down what the answer rests on, before it is posted: a reader must never see it without its sources. */
export async function saveSources(
  db: Queryable,
  reply: OwedReply,
  sources: readonly { readonly channel: string; readonly ts: string }[],
): Promise<void> {
  const key = [reply.team, reply.channel, reply.askedTs];
  await db.query('delete from reply_source where team = $1 and channel = $2 and asked_ts = $3', key);
  await db.query(
    `insert into reply_source (team, channel, asked_ts, position, source_channel, source_ts)
     select $1, $2, $3, s.position, s.channel, s.ts
     from jsonb_to_recordset($4::jsonb) as s(position integer, channel text, ts text)`,
    [...key, JSON.stringify(sources.map(({ channel, ts }, position) => ({ position, channel, ts })))],
  );
}

export interface ReplyEnd {
  readonly outcome: ReplyOutcome;
  readonly reason: string | null;
  readonly postedTs: string | null;
  readonly model: string | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
}

/** Ends a reply; it is never claimed again. */
export async function endReply(db: Queryable, reply: OwedReply, end: ReplyEnd): Promise<void> {
  await db.query(
    `update reply set state = case when $4::text in ('cancelled', 'failed') then 'dropped' else 'done' end,
       outcome = $4, reason = $5, posted_ts = $6, model = $7, input_tokens = $8, output_tokens = $9,
       lease_owner = null, lease_until = null, finished_at = now()
     where team = $1 and channel = $2 and asked_ts = $3`,
    [
      reply.team,
      reply.channel,
      reply.askedTs,
      end.outcome,
      end.reason,
      end.postedTs,
      end.model,
      end.inputTokens,
      end.outputTokens,
    ],
  );
}

/** Gives a reply back, to be tried again after `delaySeconds`. */
export async function postponeReply(
  db: Queryable,
  reply: OwedReply,
  owner: string,
  delaySeconds: number,
  reason: string,
): Promise<void> {
  await db.query(
    `update reply set lease_owner = null, lease_until = null, reason = $6, due_at = now() + make_interval(secs => $5)
     where team = $1 and channel = $2 and asked_ts = $3 and lease_owner = $4`,
    [reply.team, reply.channel, reply.askedTs, owner, delaySeconds, reason],
  );
}

/** A message that is gone is answered no more, and is no source any more. */
export async function forgetMessageInReplies(
  db: Queryable,
  team: string,
  channel: string,
  ts: string | null,
): Promise<void> {
  await db.query(
    `update reply set state = 'dropped', outcome = 'cancelled', reason = 'the question was deleted', finished_at = now()
     where team = $1 and channel = $2 and ($3::text is null or asked_ts = $3) and state = 'owed'`,
    [team, channel, ts],
  );
  await db.query(
    'delete from reply_source where team = $1 and source_channel = $2 and ($3::text is null or source_ts = $3)',
    [team, channel, ts],
  );
}

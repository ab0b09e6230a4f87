import type { Readable } from './audience.ts';
import type { Kind } from './conversations.ts';
import type { Queryable } from './query.ts';

/** A message as it is remembered, with the names that a reader needs. */
export interface Remembered {
  readonly channel: string;
  readonly channelName: string | null;
  readonly kind: Kind | null;
  readonly ts: string;
  readonly threadTs: string | null;
  readonly author: string;
  readonly authorName: string;
  /** Written by pup itself. */
  readonly byPup: boolean;
  readonly toPup: boolean;
  readonly text: string;
  readonly fileNames: readonly string[];
}

/** The select list of `Remembered` over message m, conversation c, person p and workspace w. */
export const rememberedColumns = `m.channel, c.name as "channelName", c.kind, m.ts, m.thread_ts as "threadTs", m.author,
  coalesce(p.display_name, p.name, m.author) as "authorName", m.author = w.pup_id as "byPup", m.to_pup as "toPup", m.text,
  (select coalesce(array_agg(f ->> 'name'), '{}') from jsonb_array_elements(m.files) f) as "fileNames"`;
export const rememberedJoins = `left join conversation c on c.team = m.team and c.id = m.channel
  left join person p on p.team = m.team and p.id = m.author
  left join workspace w on w.team = m.team`;

/** A thread's root and replies, oldest first; of a long one the root and the newest `limit` replies. */
export async function readThread(
  db: Queryable,
  readable: Readable,
  channel: string,
  rootTs: string,
  limit: number,
): Promise<Remembered[]> {
  const { rows } = await db.query<Remembered>(
    `select * from (
       select ${rememberedColumns} from message m ${rememberedJoins}
       where m.team = $1 and m.channel = $3 and m.channel = any ($2) and not m.deleted and m.ts = $4
       union all
       (select ${rememberedColumns} from message m ${rememberedJoins}
        where m.team = $1 and m.channel = $3 and m.channel = any ($2) and not m.deleted and m.thread_ts = $4
        order by m.ts desc limit $5)
     ) as thread order by ts`,
    [readable.team, readable.channels, channel, rootTs, limit],
  );
  return rows;
}

/** The newest `limit` messages of a conversation before a ts (all when null), oldest first. Replies in threads included. */
export async function readChannel(
  db: Queryable,
  readable: Readable,
  channel: string,
  before: string | null,
  limit: number,
): Promise<Remembered[]> {
  const { rows } = await db.query<Remembered>(
    `select ${rememberedColumns} from message m ${rememberedJoins}
     where m.team = $1 and m.channel = $3 and m.channel = any ($2) and not m.deleted and ($4::text is null or m.ts < $4)
     order by m.ts desc limit $5`,
    [readable.team, readable.channels, channel, before, limit],
  );
  return rows.toReversed();
}

export async function readMessage(
  db: Queryable,
  readable: Readable,
  channel: string,
  ts: string,
): Promise<Remembered | null> {
  const { rows } = await db.query<Remembered>(
    `select ${rememberedColumns} from message m ${rememberedJoins}
     where m.team = $1 and m.channel = $3 and m.channel = any ($2) and m.ts = $4 and not m.deleted`,
    [readable.team, readable.channels, channel, ts],
  );
  return rows[0] ?? null;
}

/** The readable conversation of this name or id, as a person writes it ("#launch", "launch", "C02"). */
export async function findReadableChannel(db: Queryable, readable: Readable, written: string): Promise<string | null> {
  const { rows } = await db.query<{ id: string }>(
    `select id from conversation where team = $1 and id = any ($2) and (id = $3 or lower(name) = lower($3)) order by id = $3 desc limit 1`,
    [readable.team, readable.channels, written.replace(/^#/, '')],
  );
  return rows[0]?.id ?? null;
}

/** People whom a written name may mean: by id, name, display name, or first name. */
export async function findPeopleByName(db: Queryable, team: string, written: string): Promise<string[]> {
  const name = written.replace(/^@/, '').trim();
  const { rows } = await db.query<{ id: string }>(
    `select id from person where team = $1 and (id = $2 or lower(name) = lower($2) or lower(display_name) = lower($2)
       or lower(split_part(name, ' ', 1)) = lower($2) or lower(split_part(display_name, ' ', 1)) = lower($2))`,
    [team, name],
  );
  return rows.map(({ id }) => id);
}

import type { Queryable } from './query.ts';

export interface NewMessage {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs: string | null;
  readonly author: string;
  readonly authorIsBot: boolean;
  readonly text: string;
  readonly rawText: string;
  readonly subtype: string | null;
  readonly editedTs: string | null;
  readonly files: readonly { readonly name: string; readonly title: string | null; readonly preview: string | null }[];
  readonly toPup: boolean;
  readonly replyKey: string | null;
}

const incoming = `jsonb_to_recordset($2::jsonb) as m(channel text, ts text, "threadTs" text, author text,
  "authorIsBot" boolean, text text, "rawText" text, subtype text, "editedTs" text, files jsonb, "toPup" boolean,
  "replyKey" text, "fileText" text)`;
const insert = `insert into message (team, channel, ts, thread_ts, author, author_is_bot, text, raw_text, subtype,
    edited_ts, files, to_pup, reply_key, said_at, words)
  select $1, m.channel, m.ts, nullif(m."threadTs", m.ts), m.author, m."authorIsBot", m.text, m."rawText", m.subtype,
    m."editedTs", m.files, m."toPup", m."replyKey", to_timestamp(m.ts::double precision),
    to_tsvector('english', m.text || ' ' || m."fileText")
  from ${incoming}`;

function asJson(messages: readonly NewMessage[]): string {
  return JSON.stringify(
    messages.map((message) => ({
      ...message,
      fileText: message.files.flatMap(({ name, title, preview }) => [name, title ?? '', preview ?? '']).join(' '),
    })),
  );
}

/** Stores messages that are new; returns the identities of those. A known one, also a deleted one, stays as it is. */
export async function insertMessages(
  db: Queryable,
  team: string,
  messages: readonly NewMessage[],
): Promise<{ channel: string; ts: string }[]> {
  const { rows } = await db.query<{ channel: string; ts: string }>(
    `${insert} on conflict (team, channel, ts) do nothing returning channel, ts`,
    [team, asJson(messages)],
  );
  return rows;
}

/** Stores an edited text. An older edit than the stored one, and an edit of a deleted message, change nothing. */
export async function saveEdit(db: Queryable, team: string, message: NewMessage): Promise<boolean> {
  const { rowCount } = await db.query(
    `${insert}
     on conflict (team, channel, ts) do update set text = excluded.text, raw_text = excluded.raw_text,
       edited_ts = excluded.edited_ts, files = excluded.files, words = excluded.words,
       to_pup = message.to_pup or excluded.to_pup, thread_ts = coalesce(message.thread_ts, excluded.thread_ts),
       reply_key = coalesce(message.reply_key, excluded.reply_key),
       version = message.version + 1,
       embedding = case when message.text = excluded.text then message.embedding end
     where not message.deleted
       and (message.edited_ts is null or excluded.edited_ts > message.edited_ts)`,
    [team, asJson([message])],
  );
  return (rowCount ?? 0) > 0;
}

const erased = `deleted = true, text = '', raw_text = '', files = '[]', words = null, embedding = null,
  version = message.version + 1`;

/** Erases a message and keeps its identity, so that an original that comes later stays deleted. */
export async function deleteMessage(db: Queryable, team: string, channel: string, ts: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into message (team, channel, ts, author, text, raw_text, deleted, said_at)
     values ($1, $2, $3::text, '', '', '', true, to_timestamp($3::text::double precision))
     on conflict (team, channel, ts) do update set ${erased} where not message.deleted`,
    [team, channel, ts],
  );
  return (rowCount ?? 0) > 0;
}

export async function deleteMessagesOf(db: Queryable, team: string, channel: string): Promise<void> {
  await db.query(`update message set ${erased} where team = $1 and channel = $2 and not deleted`, [team, channel]);
}

/** The newest stored ts of each conversation: where gap repair starts. */
export async function lastStored(db: Queryable, team: string): Promise<{ channel: string; ts: string }[]> {
  const { rows } = await db.query<{ channel: string; ts: string | null }>(
    `select c.id as channel, (select max(ts) from message m where m.team = c.team and m.channel = c.id) as ts
     from conversation c where c.team = $1`,
    [team],
  );
  return rows.flatMap(({ channel, ts }) => (ts === null ? [] : [{ channel, ts }]));
}

/** The roots of the threads with a reply in the last week, the liveliest 30: where someone may have gone on. */
export async function liveThreads(db: Queryable, team: string, channel: string): Promise<string[]> {
  const { rows } = await db.query<{ root: string }>(
    `select thread_ts as root from message
     where team = $1 and channel = $2 and thread_ts is not null and said_at > now() - interval '7 days'
     group by thread_ts order by max(ts) desc limit 30`,
    [team, channel],
  );
  return rows.map(({ root }) => root);
}

/** The ts of the first message that pup posted under this key in the channel; null where there is none. */
export async function findByReplyKey(
  db: Queryable,
  team: string,
  channel: string,
  key: string,
): Promise<string | null> {
  const { rows } = await db.query<{ ts: string }>(
    'select ts from message where team = $1 and channel = $2 and reply_key = $3 order by ts limit 1',
    [team, channel, key],
  );
  return rows[0]?.ts ?? null;
}

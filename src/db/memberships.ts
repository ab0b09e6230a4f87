import type { Queryable } from './query.ts';

/**
 * Joins and leaves may arrive late and in any order, so after one the list counts as unchecked:
 * the next use of a private conversation asks the chat.
 */
export async function noteJoin(db: Queryable, team: string, channel: string, person: string): Promise<void> {
  await db.query('insert into membership (team, channel, person) values ($1, $2, $3) on conflict do nothing', [
    team,
    channel,
    person,
  ]);
  await markUnchecked(db, team, channel);
}

export async function noteLeave(db: Queryable, team: string, channel: string, person: string): Promise<void> {
  await db.query('delete from membership where team = $1 and channel = $2 and person = $3', [team, channel, person]);
  await markUnchecked(db, team, channel);
}

async function markUnchecked(db: Queryable, team: string, channel: string): Promise<void> {
  await db.query(
    `insert into conversation (team, id) values ($1, $2)
     on conflict (team, id) do update set members_checked_at = null where conversation.members_checked_at is not null`,
    [team, channel],
  );
}

/** Replaces the members by what the chat says now. */
export async function replaceMembers(
  db: Queryable,
  team: string,
  channel: string,
  people: readonly string[],
): Promise<void> {
  await db.query('delete from membership where team = $1 and channel = $2 and person <> all ($3)', [
    team,
    channel,
    people,
  ]);
  await db.query(
    `insert into membership (team, channel, person) select $1, $2, unnest($3::text[]) on conflict do nothing`,
    [team, channel, people],
  );
  await db.query('update conversation set members_checked_at = now() where team = $1 and id = $2', [team, channel]);
}

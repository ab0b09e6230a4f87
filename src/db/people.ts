import type { Queryable } from './query.ts';

export interface PersonRow {
  readonly id: string;
  readonly name: string;
  readonly displayName: string | null;
  readonly isBot: boolean;
  readonly isGuest: boolean;
  readonly isStranger: boolean;
  readonly deleted: boolean;
  readonly timeZone: string | null;
}

const columns = `id, name, display_name as "displayName", is_bot as "isBot", is_guest as "isGuest",
  is_stranger as "isStranger", deleted, time_zone as "timeZone"`;

export async function savePeople(db: Queryable, team: string, people: readonly PersonRow[]): Promise<void> {
  await db.query(
    `insert into person (team, id, name, display_name, is_bot, is_guest, is_stranger, deleted, time_zone)
     select $1, p.id, p.name, p."displayName", p."isBot", p."isGuest", p."isStranger", p.deleted, p."timeZone"
     from jsonb_to_recordset($2::jsonb) as p(id text, name text, "displayName" text, "isBot" boolean,
       "isGuest" boolean, "isStranger" boolean, deleted boolean, "timeZone" text)
     on conflict (team, id) do update set name = excluded.name, display_name = excluded.display_name,
       is_bot = excluded.is_bot, is_guest = excluded.is_guest, is_stranger = excluded.is_stranger,
       deleted = excluded.deleted, time_zone = excluded.time_zone`,
    [team, JSON.stringify(people)],
  );
}

export async function listPeople(db: Queryable, team: string): Promise<PersonRow[]> {
  const { rows } = await db.query<PersonRow>(`select ${columns} from person where team = $1 order by id`, [team]);
  return rows;
}

export async function findPerson(db: Queryable, team: string, id: string): Promise<PersonRow | null> {
  const { rows } = await db.query<PersonRow>(`select ${columns} from person where team = $1 and id = $2`, [team, id]);
  return rows[0] ?? null;
}

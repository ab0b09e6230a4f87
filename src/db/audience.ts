import type { Kind } from './conversations.ts';
import type { Queryable } from './query.ts';

declare const audience: unique symbol;

/** The conversations that an audience may read. Made by `memory/audience.ts` alone; every read of memory asks for one. */
export interface Readable {
  readonly team: string;
  readonly channels: readonly string[];
  readonly [audience]: true;
}

/** For `memory/audience.ts` alone, which applies the audience rule. */
export function asReadable(team: string, channels: Iterable<string>): Readable {
  // the brand exists in the types only
  return { team, channels: [...new Set(channels)] } as unknown as Readable;
}

export interface PlaceFacts {
  readonly kind: Kind | null;
  readonly shared: boolean;
  /** The members were confirmed by the chat since the given time. */
  readonly fresh: boolean;
  /** What the asker is here; unknown people count as strangers. */
  readonly asker: 'colleague' | 'guest' | 'stranger';
  /** A guest, someone of another workspace or someone unknown is in the place (asker included). */
  readonly outsiders: boolean;
}

/** What the audience rule needs to know of a place and an asker. */
export async function readPlaceFacts(
  db: Queryable,
  place: { readonly team: string; readonly channel: string; readonly asker: string },
  freshSince: Date,
): Promise<PlaceFacts> {
  const { rows } = await db.query<PlaceFacts>(
    `with present as (
       select person from membership where team = $1 and channel = $2 union select $3
     ), judged as (
       select present.person, case when p.id is null or p.is_stranger then 'stranger' when p.is_guest then 'guest' else 'colleague' end as standing
       from present left join person p on p.team = $1 and p.id = present.person
       where present.person not in (select pup_id from workspace where team = $1)
     )
     select c.kind, coalesce(c.shared, false) as shared, coalesce(c.members_checked_at >= $4, false) as fresh,
       (select standing from judged where person = $3) as asker,
       exists (select from judged where standing <> 'colleague') as outsiders
     from (select 1) as one left join conversation c on c.team = $1 and c.id = $2`,
    [place.team, place.channel, place.asker, freshSince],
  );
  const [facts] = rows;
  if (facts === undefined) throw new Error('the place query gave no row');
  return facts;
}

export async function publicConversations(db: Queryable, team: string): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(`select id from conversation where team = $1 and kind = 'public'`, [
    team,
  ]);
  return rows.map(({ id }) => id);
}

/** The conversations of these kinds of which the person is a member, confirmed by the chat since the given time. */
export async function confirmedConversationsOf(
  db: Queryable,
  team: string,
  person: string,
  kinds: readonly Kind[],
  freshSince: Date,
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select c.id from membership m join conversation c on c.team = m.team and c.id = m.channel
     where m.team = $1 and m.person = $2 and c.kind = any ($3) and c.members_checked_at >= $4`,
    [team, person, kinds, freshSince],
  );
  return rows.map(({ id }) => id);
}

/** At most so many memberships are asked for at once: the chat limits how often it may be asked. */
const maxUnconfirmed = 40;

/**
 * The conversations of these kinds of which the person is said to be a member without confirmation since then,
 * and those whose members nobody has asked for yet.
 */
export async function unconfirmedConversationsOf(
  db: Queryable,
  team: string,
  person: string,
  kinds: readonly Kind[],
  freshSince: Date,
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select c.id from conversation c
     left join membership m on m.team = c.team and m.channel = c.id and m.person = $2
     where c.team = $1 and c.kind = any ($3)
       and (c.members_checked_at is null or (m.person is not null and c.members_checked_at < $4))
     order by m.person is null, c.members_checked_at nulls first limit $5`,
    [team, person, kinds, freshSince, maxUnconfirmed],
  );
  return rows.map(({ id }) => id);
}

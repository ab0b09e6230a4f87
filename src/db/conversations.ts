import type { Queryable } from './query.ts';

export type Kind = 'public' | 'private' | 'group' | 'direct';

export interface ConversationRow {
  readonly id: string;
  readonly kind: Kind | null;
  readonly name: string | null;
  readonly archived: boolean;
  readonly shared: boolean;
}

/** What the chat itself says of a conversation replaces what is known. */
export async function saveConversation(db: Queryable, team: string, conversation: ConversationRow): Promise<void> {
  const { id, kind, name, archived, shared } = conversation;
  await db.query(
    `insert into conversation (team, id, kind, name, archived, shared) values ($1, $2, $3, $4, $5, $6)
     on conflict (team, id) do update set kind = excluded.kind, name = coalesce(excluded.name, conversation.name),
       archived = excluded.archived, shared = excluded.shared`,
    [team, id, kind, name, archived, shared],
  );
}

/**
 * What a message says of the kind of its conversation. A redelivered old message must not open a channel
 * that became private since, so this way leads only towards private.
 */
export async function noteConversationKinds(
  db: Queryable,
  team: string,
  kinds: readonly { readonly id: string; readonly kind: Kind | null }[],
): Promise<void> {
  await db.query(
    `insert into conversation (team, id, kind)
     select distinct on (k.id) $1, k.id, k.kind from jsonb_to_recordset($2::jsonb) as k(id text, kind text)
     order by k.id, k.kind = 'public', k.kind is null
     on conflict (team, id) do update set kind = excluded.kind
     where excluded.kind is not null
       and (conversation.kind is null or (conversation.kind = 'public' and excluded.kind <> 'public'))`,
    [team, JSON.stringify(kinds)],
  );
}

export async function renameConversation(db: Queryable, team: string, id: string, name: string): Promise<void> {
  await db.query(
    `insert into conversation (team, id, name) values ($1, $2, $3)
     on conflict (team, id) do update set name = excluded.name`,
    [team, id, name],
  );
}

export async function setArchived(db: Queryable, team: string, id: string, archived: boolean): Promise<void> {
  await db.query(
    `insert into conversation (team, id, archived) values ($1, $2, $3)
     on conflict (team, id) do update set archived = excluded.archived`,
    [team, id, archived],
  );
}

export async function listConversations(
  db: Queryable,
  team: string,
): Promise<(ConversationRow & { readonly members: readonly string[] })[]> {
  const { rows } = await db.query<ConversationRow & { members: string[] }>(
    `select c.id, c.kind, c.name, c.archived, c.shared,
       coalesce((select array_agg(person order by person) from membership m where m.team = c.team and m.channel = c.id), '{}') as members
     from conversation c where c.team = $1 order by c.id`,
    [team],
  );
  return rows;
}

export async function findConversation(db: Queryable, team: string, id: string): Promise<ConversationRow | null> {
  const { rows } = await db.query<ConversationRow>(
    'select id, kind, name, archived, shared from conversation where team = $1 and id = $2',
    [team, id],
  );
  return rows[0] ?? null;
}

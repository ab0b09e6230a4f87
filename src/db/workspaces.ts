import type { Queryable } from './query.ts';

/** Notes a workspace and who pup is in it. */
export async function saveWorkspace(db: Queryable, team: string, pupId: string): Promise<void> {
  await db.query(
    `insert into workspace (team, pup_id) values ($1, $2)
     on conflict (team) do update set pup_id = excluded.pup_id where workspace.pup_id <> excluded.pup_id`,
    [team, pupId],
  );
}

export async function listWorkspaces(db: Queryable): Promise<{ team: string; pupId: string }[]> {
  const { rows } = await db.query<{ team: string; pupId: string }>('select team, pup_id as "pupId" from workspace');
  return rows;
}

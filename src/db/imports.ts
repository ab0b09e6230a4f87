import type { Queryable } from './query.ts';

/** Whether this file of an export was taken in whole. */
export async function isImported(db: Queryable, team: string, file: string): Promise<boolean> {
  const { rowCount } = await db.query('select from import_progress where team = $1 and file = $2', [team, file]);
  return (rowCount ?? 0) > 0;
}

export async function markImported(db: Queryable, team: string, file: string, messages: number): Promise<void> {
  await db.query('insert into import_progress (team, file, messages) values ($1, $2, $3) on conflict do nothing', [
    team,
    file,
    messages,
  ]);
}

import type pg from 'pg';

/** Something that runs one statement: the pool, or the client that holds a transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

/** The database: runs single statements itself, and hands out a client for a transaction. */
export type Database = Pick<pg.Pool, 'query' | 'connect' | 'end'>;

/**
 * Runs `work` in one transaction and returns its result after the commit; rolls back when it throws.
 * Inside, use only the given client: the embedded database has no second one.
 */
export async function inTransaction<T>(db: Database, work: (client: Queryable) => Promise<T>): Promise<T> {
  const client = await db.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((rollbackError: unknown) => {
      broken = rollbackError instanceof Error ? rollbackError : new Error(String(rollbackError));
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

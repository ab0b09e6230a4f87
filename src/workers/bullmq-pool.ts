import { EventEmitter } from 'node:events';
import type pg from 'pg';

/**
 * Lets BullMQ's PostgreSQL backend work over a pool with a single connection (the embedded database),
 * where it would wait for ever for the second client that it listens on. Queries go to the inner pool;
 * a checked-out client takes the inner one only from BEGIN to COMMIT or ROLLBACK; notifications of the
 * one session reach every client.
 */
export class SharedSessionPool extends EventEmitter {
  readonly #inner: pg.Pool;
  readonly #clients = new Set<SharedSessionClient>();
  #listening: pg.PoolClient | null = null;

  constructor(inner: pg.Pool) {
    super();
    this.#inner = inner;
    inner.on('connect', (client) => {
      this.#attach(client);
    });
  }

  get options(): pg.PoolOptions {
    return this.#inner.options;
  }

  query(text: string | pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult> {
    return typeof text === 'string' ? this.#inner.query(text, values) : this.#inner.query(text, values);
  }

  async connect(): Promise<SharedSessionClient> {
    const client = new SharedSessionClient(this.#inner, () => this.#clients.delete(client));
    this.#clients.add(client);
    return client;
  }

  /** The inner pool belongs to the process, not to the queues. */
  async end(): Promise<void> {
    for (const client of this.#clients) client.removeAllListeners();
    this.#clients.clear();
  }

  #attach(client: pg.PoolClient | pg.Client): void {
    if (this.#listening === client) return;
    client.on('notification', (message) => {
      for (const listener of this.#clients) listener.emit('notification', message);
    });
  }
}

class SharedSessionClient extends EventEmitter {
  readonly #pool: pg.Pool;
  readonly #onRelease: () => void;
  #held: pg.PoolClient | null = null;

  constructor(pool: pg.Pool, onRelease: () => void) {
    super();
    this.#pool = pool;
    this.#onRelease = onRelease;
  }

  async query(text: string | pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult> {
    const statement = (typeof text === 'string' ? text : text.text).trim().toLowerCase();
    if (this.#held === null && /^(begin|start transaction)\b/.test(statement)) this.#held = await this.#pool.connect();
    const runner = this.#held ?? this.#pool;
    try {
      return await (typeof text === 'string' ? runner.query(text, values) : runner.query(text, values));
    } finally {
      if (/^(commit|rollback|end)\b(?!\s+to)/.test(statement)) this.#letGo();
    }
  }

  release(): void {
    this.#letGo();
    this.#onRelease();
    this.removeAllListeners();
  }

  async end(): Promise<void> {
    this.release();
  }

  #letGo(): void {
    this.#held?.release();
    this.#held = null;
  }
}

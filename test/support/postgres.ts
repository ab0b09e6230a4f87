import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client, escapeIdentifier } from 'pg';
import { freePort } from './free-port.ts';
import { ServerDidNotStart, type ServerProcess, ServiceMissing, startServer } from './server-process.ts';
import { makeTempDir } from './temp-dir.ts';

const run = promisify(execFile);

export interface TestPostgres extends AsyncDisposable {
  /** The maintenance database (`postgres`), as a superuser. */
  readonly url: string;
  readonly port: number;
  /** The pid of the postmaster as it is now; a restart changes it. */
  readonly pid: number;
  /** Creates an empty database, or a copy of `template`, and returns its address. */
  createDatabase(name: string, template?: string): Promise<string>;
  /** Sends the signal to the postmaster and waits until it is gone (SIGSTOP and SIGCONT are only sent). */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Stops the server where it still runs, and starts it on the same data and the same port. */
  restart(): Promise<void>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

interface Cluster {
  readonly bin: string;
  readonly folder: string;
  readonly data: string;
  readonly user: string | null;
  readonly password: string;
}

/** A private PostgreSQL with pgvector at hand: a new cluster on a free port of 127.0.0.1. */
export async function startPostgres(): Promise<TestPostgres> {
  const bin = await findBinaries();
  const dir = await makeTempDir('pg');
  const cluster = await makeCluster(bin, dir.path);
  let { port, server } = await startOnFreePort(cluster);
  const url = (database: string) => `postgres://pup:${cluster.password}@127.0.0.1:${port}/${database}`;
  const stop = async () => {
    await server.kill('SIGCONT');
    await server.kill('SIGQUIT');
    await dir.remove();
  };
  return {
    url: url('postgres'),
    port,
    get pid() {
      return server.pid;
    },
    async createDatabase(name, template) {
      const copy = template === undefined ? '' : ` template ${escapeIdentifier(template)}`;
      await query(url('postgres'), `create database ${escapeIdentifier(name)}${copy}`);
      return url(encodeURIComponent(name));
    },
    kill: (signal) => server.kill(signal),
    async restart() {
      await server.kill('SIGINT');
      server = await startAgain(cluster, port);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function findBinaries(): Promise<string> {
  const pgConfig = await run('pg_config', ['--bindir', '--sharedir']).catch(() => null);
  if (pgConfig === null) throw new ServiceMissing('PostgreSQL (pg_config)');
  const [bin = '', share = ''] = pgConfig.stdout.trim().split('\n');
  if (!existsSync(join(bin, 'initdb'))) throw new ServiceMissing(`PostgreSQL (${join(bin, 'initdb')})`);
  if (!existsSync(join(share, 'extension', 'vector.control'))) throw new ServiceMissing('pgvector');
  return bin;
}

/** The server refuses to run as root, so root becomes Debian's `postgres`. */
async function makeCluster(bin: string, folder: string): Promise<Cluster> {
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? 'postgres' : null;
  const owner = isRoot ? await idsOf('postgres') : null;
  const password = randomBytes(12).toString('hex');
  const passwordFile = join(folder, 'password');
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  chmodSync(folder, 0o700);
  if (owner !== null) for (const path of [folder, data, passwordFile]) chownSync(path, owner.uid, owner.gid);
  const args = ['--pgdata', data, '--username=pup', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  await run(join(bin, 'initdb'), [...args, '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'], {
    cwd: '/',
    ...(owner ?? {}),
  });
  return { bin, folder, data, user, password };
}

async function idsOf(user: string): Promise<{ uid: number; gid: number }> {
  const ids = await Promise.all([run('id', ['-u', user]), run('id', ['-g', user])]).catch(() => null);
  if (ids === null) throw new ServiceMissing(`PostgreSQL (the user ${user})`);
  return { uid: Number(ids[0].stdout), gid: Number(ids[1].stdout) };
}

async function startOnFreePort(cluster: Cluster): Promise<{ port: number; server: ServerProcess }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return { port, server: await startOnPort(cluster, port) };
    } catch (error) {
      const taken = error instanceof ServerDidNotStart && error.log.includes('Address already in use');
      if (!taken || attempt === 5) throw error;
    }
  }
}

/** After a SIGKILL the old backends need a moment to notice; until then a new postmaster refuses to start. */
async function startAgain(cluster: Cluster, port: number): Promise<ServerProcess> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      return await startOnPort(cluster, port);
    } catch (error) {
      const left = error instanceof ServerDidNotStart && /still in use|already in use|lock file/.test(error.log);
      if (!left || Date.now() > deadline) throw error;
      await pause(100);
    }
  }
}

function startOnPort(cluster: Cluster, port: number): Promise<ServerProcess> {
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: cluster.folder,
    max_connections: 200,
    shared_buffers: '64MB',
    // Tests kill processes and never the machine: what reached the kernel is safe without fsync.
    // synchronous_commit must stay on, or a SIGKILL would lose acknowledged commits.
    fsync: 'off',
    full_page_writes: 'off',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const url = `postgres://pup:${cluster.password}@127.0.0.1:${port}/postgres`;
  return startServer({
    program: join(cluster.bin, 'postgres'),
    args: ['-D', cluster.data, ...args],
    user: cluster.user,
    // An immediate shutdown: the postmaster takes its children along.
    signalOnParentDeath: 'SIGQUIT',
    isReady: () =>
      query(url, 'select 1').then(
        () => true,
        () => false,
      ),
  });
}

async function query(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // A server that is killed while this client is idle would otherwise end the test process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end().catch(() => undefined);
  }
}

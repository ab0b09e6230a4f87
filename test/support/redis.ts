import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { ServerDidNotStart, type ServerProcess, ServiceMissing, startServer } from './server-process.ts';
import { makeTempDir } from './temp-dir.ts';

const run = promisify(execFile);

export interface TestRedis extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** The pid of the server as it is now; a restart changes it. */
  readonly pid: number;
  /** Sends the signal and waits until the server is gone (SIGSTOP and SIGCONT are only sent). */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Stops the server where it still runs, and starts an empty one on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A private Redis that keeps nothing, on a free port of 127.0.0.1, with eviction off as BullMQ wants it. */
export async function startRedis(): Promise<TestRedis> {
  await run('redis-server', ['--version']).catch(() => {
    throw new ServiceMissing('redis-server');
  });
  const dir = await makeTempDir('redis');
  let { port, server } = await startOnFreePort(dir.path);
  const stop = async () => {
    await server.kill('SIGKILL');
    await dir.remove();
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return server.pid;
    },
    kill: (signal) => server.kill(signal),
    async restart() {
      await server.kill('SIGKILL');
      server = await startOnPort(dir.path, port);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function startOnFreePort(folder: string): Promise<{ port: number; server: ServerProcess }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return { port, server: await startOnPort(folder, port) };
    } catch (error) {
      const taken = error instanceof ServerDidNotStart && error.log.includes('Address already in use');
      if (!taken || attempt === 5) throw error;
    }
  }
}

function startOnPort(folder: string, port: number): Promise<ServerProcess> {
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    unixsocket: join(folder, 'redis.sock'),
    dir: folder,
    save: '',
    appendonly: 'no',
    'maxmemory-policy': 'noeviction',
  };
  return startServer({
    program: 'redis-server',
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    user: null,
    signalOnParentDeath: 'SIGKILL',
    isReady: () => answersPing(port),
  });
}

async function answersPing(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [reply] = await once(socket, 'data');
    return String(reply) === '+PONG\r\n';
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

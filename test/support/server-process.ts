import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../src/errors.ts';

/** A program that the services suite needs is not on this machine. */
export class ServiceMissing extends AppError {
  override readonly name = 'ServiceMissing';
  readonly code = 'SERVICE_MISSING';
  readonly retryable = false;
  constructor(what: string) {
    super(`${what} is missing: run scripts/install-services-debian.sh`);
  }
}

/** A server ended before it was ready; `log` is what it printed. */
export class ServerDidNotStart extends AppError {
  override readonly name = 'ServerDidNotStart';
  readonly code = 'SERVER_DID_NOT_START';
  readonly retryable = true;
  readonly log: string;
  constructor(program: string, log: string) {
    super(`${program} did not start:\n${log}`);
    this.log = log;
  }
}

export interface ServerProcess {
  readonly pid: number;
  readonly running: boolean;
  /** Sends the signal and waits until the process is gone. SIGSTOP and SIGCONT are only sent. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** The user to become; null for the present one. */
  readonly user: string | null;
  /** What the kernel sends when this process dies, however it dies. */
  readonly signalOnParentDeath: NodeJS.Signals;
  /** Resolves to true once the server answers. */
  isReady(): Promise<boolean>;
}

/** Starts a server and waits until it answers, for 30 s at most. It cannot outlive this process. */
export async function startServer(command: ServerCommand): Promise<ServerProcess> {
  const identity =
    command.user === null ? [] : [`--reuid=${command.user}`, `--regid=${command.user}`, '--clear-groups'];
  // setpriv becomes the server by exec, so its pid is the server's. The exit handler below
  // would not run on SIGKILL; the parent-death signal does its work then.
  const child = spawn(
    'setpriv',
    [...identity, '--pdeathsig', command.signalOnParentDeath, '--', command.program, ...command.args],
    { stdio: ['ignore', 'pipe', 'pipe'], cwd: '/' },
  );
  const killAtExit = () => child.kill(command.signalOnParentDeath);
  process.once('exit', killAtExit);
  child.once('exit', () => process.off('exit', killAtExit));
  const log = collectLog(child);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', () => reject(new ServiceMissing('setpriv')));
  });
  const server = handleOf(child);
  const deadline = Date.now() + 30_000;
  while (!(await command.isReady())) {
    if (!server.running) throw new ServerDidNotStart(command.program, log());
    if (Date.now() > deadline) {
      await server.kill('SIGKILL');
      throw new ServerDidNotStart(command.program, `not ready after 30 s\n${log()}`);
    }
    await pause(20);
  }
  return server;
}

function handleOf(child: ChildProcess): ServerProcess {
  const { pid } = child;
  if (pid === undefined) throw new Error('a spawned process has no pid');
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return {
    pid,
    get running() {
      return isRunning();
    },
    async kill(signal) {
      if (!isRunning()) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      if (signal === 'SIGSTOP' || signal === 'SIGCONT') return;
      await gone;
    },
  };
}

/** Keeps the last 64 KiB of what the server printed. */
function collectLog(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8');
    stream?.on('data', (chunk: string) => {
      text = (text + chunk).slice(-65_536);
    });
  }
  return () => text;
}

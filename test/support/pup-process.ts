import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Pup as a process of its own, to be killed. */
export interface PupProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  /** What it logged so far, one object per line. */
  readonly lines: readonly Record<string, unknown>[];
  /** Resolves when it says that it is ready; rejects with its last lines when it ends before. */
  ready(): Promise<void>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

const root = join(import.meta.dirname, '..', '..');

export function spawnPup(environment: Record<string, string>): PupProcess {
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', METRICS_PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: Record<string, unknown>[] = [];
  let announceReady = () => {};
  const isReady = new Promise<void>((resolve) => {
    announceReady = resolve;
  });
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Record<string, unknown>;
    lines.push(line);
    if (line.msg === 'pup is ready') announceReady();
  });
  const ended = once(child, 'exit');
  return {
    child,
    lines,
    ready: () =>
      Promise.race([
        isReady,
        ended.then(() => {
          throw new Error(`pup ended before it was ready: ${JSON.stringify(lines.slice(-3))}`);
        }),
      ]),
    async kill(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await ended;
    },
    async [Symbol.asyncDispose]() {
      await this.kill('SIGKILL');
    },
  };
}

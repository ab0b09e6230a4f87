import type { Logger } from '../telemetry/log.ts';

export interface RepairLoop extends AsyncDisposable {
  /** Repairs now, or after the repair under way: what was missed since it began is not in it. */
  request(reason: string): void;
  /** Resolves when no repair is under way or waiting. */
  idle(): Promise<void>;
}

export interface RepairLoopOptions {
  readonly repair: (signal: AbortSignal) => Promise<{ readonly failed: number }>;
  readonly log: Logger;
  /** Wait after a repair that failed, in whole or in part, in milliseconds. */
  readonly retryMs?: number;
}

/** Runs gap repairs one at a time, and again after those that failed. */
export function startRepairLoop({ repair, log, retryMs = 60_000 }: RepairLoopOptions): RepairLoop {
  const stopping = new AbortController();
  let running: Promise<void> | null = null;
  let wanted: string | null = null;
  let timer: NodeJS.Timeout | null = null;
  const runAll = async () => {
    while (wanted !== null && !stopping.signal.aborted) {
      const reason = wanted;
      wanted = null;
      const failed = await repairOnce(reason);
      if (failed && !stopping.signal.aborted) retryLater();
    }
  };
  const repairOnce = async (reason: string) => {
    try {
      return (await repair(stopping.signal)).failed > 0;
    } catch (error) {
      if (!stopping.signal.aborted) log.error({ err: error, reason }, 'gap repair failed');
      return true;
    }
  };
  const retryLater = () => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => request('retry'), retryMs);
    timer.unref();
  };
  const request = (reason: string) => {
    if (stopping.signal.aborted) return;
    wanted = reason;
    running ??= runAll().finally(() => {
      running = null;
    });
  };
  return {
    request,
    idle: () => running ?? Promise.resolve(),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      if (timer !== null) clearTimeout(timer);
      await running;
    },
  };
}

import { setTimeout as delay } from 'node:timers/promises';
import { classify } from './clients.ts';

export interface ChannelGate {
  /** Runs the call after those that came before it for the channel, and again after each 429 that it meets. */
  run<T>(channel: string, call: () => Promise<T>): Promise<T>;
}

/**
 * Keeps what is written into one channel in order. Slack limits posts per channel (about one a second), so a 429
 * holds up that channel and no other. A call that would wait for longer than `patienceMs` in all rejects.
 */
export function createChannelGate(patienceMs = 60_000): ChannelGate {
  const tails = new Map<string, Promise<unknown>>();
  return {
    run(channel, call) {
      const before = tails.get(channel) ?? Promise.resolve();
      const result = before.then(() => patiently(call, patienceMs));
      const tail = result.then(
        () => {},
        () => {},
      );
      tails.set(channel, tail);
      void tail.then(() => {
        if (tails.get(channel) === tail) tails.delete(channel);
      });
      return result;
    },
  };
}

async function patiently<T>(call: () => Promise<T>, patienceMs: number): Promise<T> {
  let waitedMs = 0;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const failure = classify(error);
      if (failure.kind !== 'rate-limited') throw error;
      // The header counts in whole seconds and may round down.
      const waitMs = failure.waitMs + 100;
      if (waitedMs + waitMs > patienceMs) throw error;
      waitedMs += waitMs;
      await delay(waitMs);
    }
  }
}

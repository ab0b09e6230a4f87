import { randomUUID } from 'node:crypto';
import type { Database } from '../db/query.ts';
import { claimReplies, endReply, type OwedReply, postponeReply, renewLease } from '../db/replies.ts';
import { AppError, errorCode } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';

export interface AnswerLoopOptions {
  readonly db: Database;
  readonly concurrency: number;
  readonly log: Logger;
  /** Writes one reply. `signal` aborts when the lease is lost. */
  readonly write: (reply: OwedReply, signal: AbortSignal) => Promise<void>;
  readonly leaseSeconds?: number;
  readonly pollMs?: number;
}

export interface AnswerLoop extends AsyncDisposable {
  /** Looks for owed replies now. */
  kick(): void;
}

/** A reply that fails so often is given up. */
const maxAttempts = 12;
const maxDelaySeconds = 300;

/**
 * Claims owed replies under leases and has them written, here or, when this process dies, elsewhere.
 * Disposing stops the claiming and waits for the replies under way.
 */
export function startAnswerLoop(options: AnswerLoopOptions): AnswerLoop {
  const owner = randomUUID();
  const { leaseSeconds = 15, pollMs = 1000, log } = options;
  const running = new Set<Promise<void>>();
  let stopping = false;
  let claiming: Promise<void> | null = null;
  let again = false;

  const start = (reply: OwedReply) => {
    const work = runLeased(options, owner, leaseSeconds, reply).finally(() => {
      running.delete(work);
      kick();
    });
    running.add(work);
  };
  const claim = async () => {
    do {
      again = false;
      const free = options.concurrency - running.size;
      if (free <= 0 || stopping) return;
      try {
        for (const reply of await claimReplies(options.db, owner, free, leaseSeconds)) start(reply);
      } catch (error) {
        log.error({ err: error }, 'could not claim owed replies');
        return;
      }
    } while (again);
  };
  const kick = () => {
    if (stopping) return;
    again = true;
    claiming ??= claim().finally(() => {
      claiming = null;
    });
  };
  const timer = setInterval(kick, pollMs);
  kick();
  return {
    kick,
    async [Symbol.asyncDispose]() {
      stopping = true;
      clearInterval(timer);
      await claiming;
      await Promise.allSettled(running);
    },
  };
}

async function runLeased(
  options: AnswerLoopOptions,
  owner: string,
  leaseSeconds: number,
  reply: OwedReply,
): Promise<void> {
  const { db, log } = options;
  const lost = new AbortController();
  const renewal = setInterval(
    () => {
      renewLease(db, reply, owner, leaseSeconds).then(
        (held) => {
          if (!held) lost.abort(new Error('the lease is lost'));
        },
        (error: unknown) => log.warn({ err: error }, 'could not renew the lease of a reply'),
      );
    },
    (leaseSeconds * 1000) / 3,
  );
  try {
    await options.write(reply, lost.signal);
  } catch (error) {
    await handBack(options, owner, reply, error).catch((failure: unknown) => {
      // the database is away: the lease runs out and the reply is claimed again
      log.error({ err: failure }, 'could not hand a reply back');
    });
  } finally {
    clearInterval(renewal);
  }
}

async function handBack(
  { db, log }: AnswerLoopOptions,
  owner: string,
  reply: OwedReply,
  error: unknown,
): Promise<void> {
  const code = errorCode(error);
  const final = (error instanceof AppError && !error.retryable) || reply.attempt >= maxAttempts;
  log.error(
    { channel: reply.channel, asked: reply.askedTs, attempt: reply.attempt, code, err: error, final },
    'reply failed',
  );
  if (final) {
    await endReply(db, reply, {
      outcome: 'failed',
      reason: code,
      postedTs: null,
      model: null,
      inputTokens: null,
      outputTokens: null,
    });
    return;
  }
  // doubling, from half a second, with jitter so that processes do not return in step
  const delay = Math.min(maxDelaySeconds, 0.5 * 2 ** (reply.attempt - 1)) * (0.5 + Math.random());
  await postponeReply(db, reply, owner, delay, code);
}

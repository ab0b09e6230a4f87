import type { Logger } from '../telemetry/log.ts';
import type { EmbeddingJob, JobQueue, JobWorker, QueueFactory } from './create-queues.ts';

/** Jobs hold so many ids at most. */
const idsPerJob = 500;
const sweepEveryMs = 60_000;

export interface EmbeddingWork {
  readonly queues: QueueFactory;
  readonly queue: JobQueue<EmbeddingJob>;
  readonly concurrency: number;
  /** Embeds the named messages and others that wait. */
  readonly embed: (job: EmbeddingJob) => Promise<number>;
  /** Teams with messages that wait: the database knows what is owed, whatever happened to the queue. */
  readonly teamsThatWait: () => Promise<readonly string[]>;
  /** Called now and then after work, to tidy the table up. */
  readonly tidy: () => Promise<void>;
  readonly log: Logger;
}

export async function enqueueEmbedding(queue: JobQueue<EmbeddingJob>, job: EmbeddingJob): Promise<void> {
  for (let start = 0; start < job.messages.length; start += idsPerJob) {
    await queue.add('embed', { team: job.team, messages: job.messages.slice(start, start + idsPerJob) });
  }
}

/** Works through the embedding queue, and looks once a minute for messages that no job will embed. */
export function startEmbeddingWorker(work: EmbeddingWork): AsyncDisposable {
  const { queues, queue, log } = work;
  let embeddedSinceSweep = 0;
  const worker: JobWorker = queues.createWorker<EmbeddingJob>(
    'embedding',
    async (job) => {
      const embedded = await work.embed(job);
      embeddedSinceSweep += embedded;
      if (embedded > 0) log.debug({ team: job.team, embedded }, 'messages embedded');
    },
    work.concurrency,
  );
  worker.on('error', (error) => log.warn({ err: error }, 'embedding worker error'));
  const sweep = async () => {
    if (embeddedSinceSweep > 0) await work.tidy();
    embeddedSinceSweep = 0;
    const { waiting = 0, active = 0 } = await queue.getJobCounts();
    if (waiting + active > 0) return;
    for (const team of await work.teamsThatWait()) await queue.add('embed', { team, messages: [] });
  };
  const runSweep = () =>
    void sweep().catch((error: unknown) => log.warn({ err: error }, 'could not look for unembedded messages'));
  runSweep();
  const timer = setInterval(runSweep, sweepEveryMs);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await worker.close();
    },
  };
}

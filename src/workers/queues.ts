import { readSettings } from '../config.ts';
import { pool } from '../db/connection.ts';
import { createQueueFactory, type EmbeddingJob } from './create-queues.ts';
import { queueHome } from './queue-home.ts';

/** The queues of this process, where its settings put them. */
export const queueFactory = createQueueFactory(queueHome(readSettings(), pool));

/** Messages that wait for their embedding. */
export const embeddingQueue = queueFactory.createQueue<EmbeddingJob>('embedding');

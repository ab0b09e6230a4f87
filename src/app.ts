import fastify, { type FastifyInstance } from 'fastify';
import type pg from 'pg';
import { openLocalWorkspace } from './app-local.ts';
import type { Settings } from './config.ts';
import { type AnswerLoop, startAnswerLoop } from './conversation/answer-loop.ts';
import type { Chat, ReceiveEvents } from './conversation/chat.ts';
import { createReceive, type ReceiveOptions } from './conversation/receive.ts';
import { writeReply } from './conversation/write-reply.ts';
import { teamsWithUnembedded, tidyMessages } from './db/embeddings.ts';
import { lastStored, liveThreads } from './db/messages.ts';
import { migrate } from './db/migrate.ts';
import { isAnswering, isEmbedded } from './db/open.ts';
import { saveWorkspace } from './db/workspaces.ts';
import { NotFound } from './errors.ts';
import { createLanguageModel, type LanguageModel } from './llm/answer.ts';
import type { Embedder } from './llm/embedder.ts';
import { createLocalEmbedder } from './llm/local-embedder.ts';
import { createOpenAiEmbedder } from './llm/openai-embedder.ts';
import { embedMessages } from './memory/embed-messages.ts';
import { connectSlack, type SlackConnection } from './slack/connect.ts';
import type { Logger } from './telemetry/log.ts';
import { createMetrics, type Metrics, serveMetrics } from './telemetry/metrics.ts';
import type { EmbeddingJob, JobQueue, QueueFactory } from './workers/create-queues.ts';
import { enqueueEmbedding, startEmbeddingWorker } from './workers/embedding-worker.ts';
import { localPup, localTeam } from './workspace/reads.ts';

/** What the process brings: its settings and the connections that it opened by them. */
export interface Resources {
  readonly settings: Settings;
  readonly log: Logger;
  readonly db: pg.Pool;
  readonly queues: QueueFactory;
  readonly embeddingQueue: JobQueue<EmbeddingJob>;
}

export interface App extends AsyncDisposable {
  /** The way in of the local workspace. */
  readonly receive: ReceiveEvents;
  /** Where the web server listens; null in a worker. */
  readonly address: string | null;
}

/** Builds pup from its parts and starts what the role asks for. Disposing drains: intake first, then replies and jobs. */
export async function startApp(resources: Resources): Promise<App> {
  const { settings, log, db, embeddingQueue } = resources;
  await migrate(db, log.child({ component: 'db' }));
  embeddingQueue.on('error', (error) => log.warn({ err: error }, 'embedding queue error'));
  const stack = new AsyncDisposableStack();
  try {
    const embedder = stack.use(openEmbedder(settings));
    if (settings.PUP_ROLE !== 'web') stack.use(startEmbedding(resources, embedder));
    if (settings.PUP_ROLE === 'worker')
      return {
        receive: receiveFor(resources, createChats(), 'none'),
        address: null,
        [Symbol.asyncDispose]: () => stack.disposeAsync(),
      };
    const web = await startWeb(resources, embedder, stack);
    return { ...web, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

function openEmbedder(settings: Settings): Embedder {
  const { OPENAI_API_KEY: key } = settings;
  const choice = settings.EMBEDDINGS ?? (key === undefined ? 'local' : 'openai');
  if (choice === 'local' || key === undefined) return createLocalEmbedder();
  return createOpenAiEmbedder({
    baseUrl: settings.OPENAI_BASE_URL,
    apiKey: () => key,
    model: settings.OPENAI_EMBEDDING_MODEL,
    dimensions: settings.OPENAI_EMBEDDING_DIMENSIONS,
    timeoutMs: 30_000,
  });
}

function openModel(settings: Settings, log: Logger): LanguageModel | null {
  const { OPENAI_API_KEY: key } = settings;
  if (key === undefined) return null;
  return createLanguageModel({
    baseUrl: settings.OPENAI_BASE_URL,
    apiKey: () => key,
    model: settings.OPENAI_MODEL,
    timeoutMs: settings.OPENAI_TIMEOUT_MS,
    firstTokenTimeoutMs: settings.OPENAI_FIRST_TOKEN_TIMEOUT_MS,
    idleTimeoutMs: settings.OPENAI_IDLE_TIMEOUT_MS,
    maxOutputTokens: settings.OPENAI_MAX_OUTPUT_TOKENS,
    log,
  });
}

function startEmbedding({ settings, log, db, queues, embeddingQueue }: Resources, embedder: Embedder): AsyncDisposable {
  return startEmbeddingWorker({
    queues,
    queue: embeddingQueue,
    concurrency: settings.EMBEDDING_QUEUE_CONCURRENCY,
    embed: ({ team, messages }) => embedMessages(db, embedder, team, messages),
    teamsThatWait: () => teamsWithUnembedded(db),
    tidy: () => (isEmbedded(settings) ? tidyMessages(db) : Promise.resolve()),
    log: log.child({ component: 'embedding' }),
  });
}

function receiveFor(
  { db, embeddingQueue, log }: Resources,
  chats: Chats,
  answer: ReceiveOptions['answer'],
): ReceiveEvents {
  return createReceive({
    db,
    pupId: (team) => (team === localTeam ? localPup : chats.of(team).pupId(team)),
    answer,
    onOwed: () => chats.onOwed(),
    // the message is stored: a queue that is away must not turn it down, the sweep finds it later
    onUnembedded: (team, messages) =>
      enqueueEmbedding(embeddingQueue, { team, messages }).catch((error: unknown) =>
        log.warn({ err: error }, 'embedding not queued'),
      ),
  });
}

/** The chats that pup is in, and whom to tell when one of them is owed a reply. */
interface Chats {
  local: Chat | null;
  slack: SlackConnection | null;
  of(team: string): Chat;
  onOwed(): void;
}

function createChats(): Chats {
  return {
    local: null,
    slack: null,
    of(team) {
      const chat = team === localTeam ? this.local : (this.slack?.chat ?? null);
      if (chat === null) throw new NotFound(`pup is not connected to the workspace ${team}`);
      return chat;
    },
    onOwed() {},
  };
}

async function startWeb(
  resources: Resources,
  embedder: Embedder,
  stack: AsyncDisposableStack,
): Promise<Pick<App, 'receive' | 'address'>> {
  const { settings, log, db } = resources;
  const chats = createChats();
  const receive = receiveFor(resources, chats, 'all');
  const server = fastify({ bodyLimit: 1024 * 1024, forceCloseConnections: true });
  const metrics = createMetrics();
  stack.use(await serveMetrics(metrics, settings.HOST, settings.METRICS_PORT, log));
  registerHealth(server, db);
  if (usesLocalWorkspace(settings)) {
    chats.local = await openLocalWorkspace({ db, log: log.child({ component: 'workspace' }), receive, server, stack });
  }
  if (settings.SLACK_BOT_TOKEN !== undefined) {
    chats.slack = openSlack(resources, settings.SLACK_BOT_TOKEN, chats, receive, metrics);
    if (chats.slack.plugin !== null) await server.register(chats.slack.plugin);
  }
  const loop = stack.use(startReplies(resources, embedder, chats));
  chats.onOwed = () => loop.kick();
  stack.defer(() => server.close());
  const address = await server.listen({ port: settings.PORT, host: settings.HOST });
  if (chats.slack !== null) {
    const { slack } = chats;
    stack.defer(() => slack.stop());
    await slack.start();
  }
  return { receive, address };
}

function startReplies({ settings, log, db }: Resources, embedder: Embedder, chats: Chats): AnswerLoop {
  const model = openModel(settings, log.child({ component: 'model' }));
  const replyLog = log.child({ component: 'reply' });
  const maxContextTokens = settings.OPENAI_MAX_CONTEXT_TOKENS;
  return startAnswerLoop({
    db,
    concurrency: settings.REPLY_CONCURRENCY,
    log: replyLog,
    write: async (reply, signal) =>
      writeReply({ db, chat: chats.of(reply.team), embedder, model, maxContextTokens, log: replyLog }, reply, signal),
  });
}

function openSlack(
  resources: Resources,
  botToken: string,
  chats: Chats,
  receive: ReceiveEvents,
  metrics: Metrics,
): SlackConnection {
  const { settings, db } = resources;
  const log = resources.log.child({ component: 'slack' });
  return connectSlack({
    botToken,
    appToken: settings.SLACK_APP_TOKEN,
    signingSecret: settings.SLACK_SIGNING_SECRET,
    apiUrl: settings.SLACK_API_URL,
    receive,
    receiveMissed: receiveFor(resources, chats, { youngerThanMs: settings.REPLY_CATCHUP_MINUTES * 60_000 }),
    lastStored: (team) => lastStored(db, team),
    liveThreads: (team, channel) => liveThreads(db, team, channel),
    onTeam: ({ team, userId }) => saveWorkspace(db, team, userId),
    countIgnored(reason) {
      // the type itself goes into the log: as a label it could grow without bound
      metrics.ignoredEvents.inc({ reason: reason.startsWith('unknown') ? 'unknown' : 'nothing to remember' });
      log.debug({ reason }, 'event ignored');
    },
    log,
  });
}

function usesLocalWorkspace(settings: Settings): boolean {
  if (settings.LOCAL_WORKSPACE === 'auto') return settings.SLACK_BOT_TOKEN === undefined;
  return settings.LOCAL_WORKSPACE === 'on';
}

function registerHealth(server: FastifyInstance, db: pg.Pool): void {
  server.get('/livez', async () => ({ status: 'ok' }));
  server.get('/health', async (_request, reply) => {
    const database = await isAnswering(db);
    return reply
      .status(database ? 200 : 503)
      .send({ status: database ? 'ok' : 'unhealthy', database: database ? 'ok' : 'down' });
  });
}

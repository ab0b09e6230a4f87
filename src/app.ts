import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import fastify, { type FastifyInstance } from 'fastify';
import type pg from 'pg';
import type { Settings } from './config.ts';
import { startAnswerLoop } from './conversation/answer-loop.ts';
import type { Chat, ReceiveEvents } from './conversation/chat.ts';
import { createReceive } from './conversation/receive.ts';
import { writeReply } from './conversation/write-reply.ts';
import { listConversations } from './db/conversations.ts';
import { teamsWithUnembedded } from './db/embeddings.ts';
import { findByReplyKey } from './db/messages.ts';
import { migrate } from './db/migrate.ts';
import { isAnswering } from './db/open.ts';
import { listPeople } from './db/people.ts';
import { findShown, listShown } from './db/shown-messages.ts';
import { listWorkspaces, saveWorkspace } from './db/workspaces.ts';
import { createLanguageModel, type LanguageModel } from './llm/answer.ts';
import type { Embedder } from './llm/embedder.ts';
import { createLocalEmbedder } from './llm/local-embedder.ts';
import { createOpenAiEmbedder } from './llm/openai-embedder.ts';
import { embedMessages } from './memory/embed-messages.ts';
import type { Logger } from './telemetry/log.ts';
import type { EmbeddingJob, JobQueue, QueueFactory } from './workers/create-queues.ts';
import { enqueueEmbedding, startEmbeddingWorker } from './workers/embedding-worker.ts';
import { EventHub } from './workspace/event-hub.ts';
import { createLocalChat } from './workspace/local-chat.ts';
import { localPup, localTeam, type WorkspaceReads } from './workspace/reads.ts';
import { registerWorkspace } from './workspace/routes.ts';
import { loadSampleCompany, sampleEvents } from './workspace/sample-company/load.ts';
import { createTimestamps } from './workspace/timestamps.ts';

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
        receive: receiveFor(resources, () => {}),
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
    log: log.child({ component: 'embedding' }),
  });
}

function receiveFor({ db, embeddingQueue, log }: Resources, onOwed: () => void): ReceiveEvents {
  return createReceive({
    db,
    pupId: () => localPup,
    answer: 'all',
    onOwed,
    // the message is stored: a queue that is away must not turn it down, the sweep finds it later
    onUnembedded: (team, messages) =>
      enqueueEmbedding(embeddingQueue, { team, messages }).catch((error: unknown) =>
        log.warn({ err: error }, 'embedding not queued'),
      ),
  });
}

async function startWeb(
  resources: Resources,
  embedder: Embedder,
  stack: AsyncDisposableStack,
): Promise<Pick<App, 'receive' | 'address'>> {
  const { settings, log, db } = resources;
  let kick = () => {};
  const receive = receiveFor(resources, () => kick());
  const server = fastify({ bodyLimit: 1024 * 1024, forceCloseConnections: true });
  const hub = stack.use(new EventHub());
  const nextTs = createTimestamps();
  const reads = localReads(db);
  const chat: Chat = createLocalChat({ reads, receive, hub, nextTs });
  await seedLocalWorkspace(resources, receive);
  const model = openModel(settings, log.child({ component: 'model' }));
  const loop = stack.use(
    startAnswerLoop({
      db,
      concurrency: settings.REPLY_CONCURRENCY,
      log: log.child({ component: 'reply' }),
      write: (reply, signal) =>
        writeReply(
          {
            db,
            chat,
            embedder,
            model,
            maxContextTokens: settings.OPENAI_MAX_CONTEXT_TOKENS,
            log: log.child({ component: 'reply' }),
          },
          reply,
          signal,
        ),
    }),
  );
  kick = () => loop.kick();
  stack.defer(() => server.close());
  registerHealth(server, db);
  await server.register(async (scope) => {
    registerWorkspace(scope, {
      reads,
      receive,
      hub,
      nextTs,
      suggestions: loadSampleCompany().suggestions,
      log: log.child({ component: 'workspace' }),
    });
    await servePage(scope);
  });
  const address = await server.listen({ port: settings.PORT, host: settings.HOST });
  return { receive, address };
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

async function servePage(scope: FastifyInstance): Promise<void> {
  const built = ['../dist/web', './web']
    .map((path) => join(import.meta.dirname, path))
    .find((path) => existsSync(path));
  if (built === undefined) throw new Error('The page of the local workspace is not built. Run npm run build.');
  await scope.register(fastifyStatic, { root: built });
}

function localReads(db: pg.Pool): WorkspaceReads {
  return {
    people: () => listPeople(db, localTeam),
    async rooms() {
      const conversations = await listConversations(db, localTeam);
      return conversations.flatMap(({ kind, ...room }) => (kind === null ? [] : [{ ...room, kind }]));
    },
    messages: (channel, page) => listShown(db, localTeam, channel, page),
    message: (channel, ts) => findShown(db, localTeam, channel, ts),
    replyPosted: (channel, key) => findByReplyKey(db, localTeam, channel, key),
  };
}

/** Fills an empty local workspace with the sample company, pup, and a direct message with pup for each person. */
async function seedLocalWorkspace({ db, log }: Resources, receive: ReceiveEvents): Promise<void> {
  const known = (await listWorkspaces(db)).some(({ team }) => team === localTeam);
  if (known) return;
  const company = loadSampleCompany();
  const pup = {
    id: localPup,
    name: 'pup',
    displayName: 'pup',
    isBot: true,
    isGuest: false,
    isStranger: false,
    deleted: false,
    timeZone: null,
  };
  const events = sampleEvents(company, { team: localTeam, now: new Date() });
  const directs = company.people.flatMap(({ id }) => {
    const conversation = { id: `D-${id}`, kind: 'direct', name: null, archived: false, shared: false } as const;
    return [
      { type: 'conversation', team: localTeam, conversation },
      { type: 'join', team: localTeam, channel: conversation.id, person: id },
    ] as const;
  });
  await receive([{ type: 'person', team: localTeam, person: pup }, ...events, ...directs]);
  // last, so that a start that was cut off is done again
  await saveWorkspace(db, localTeam, localPup);
  log.info({ people: company.people.length, events: events.length }, 'sample company moved in');
}

import { setTimeout as delay } from 'node:timers/promises';
import { App, type Receiver } from '@slack/bolt';
import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import type { ChatConversation, ChatEvent, ChatMessage, ReceiveEvents } from '../conversation/chat.ts';
import { InvalidInput } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';
import { createPlainClient, createSlackClients, slackLogger, toAppError } from './clients.ts';
import { SlackAuthFailed, SlackNotConnected, SocketLost } from './errors.ts';
import { HttpReceiver } from './http-receiver.ts';
import { NameCache } from './name-cache.ts';
import { parseEvent } from './parse-event.ts';
import { parseHistoryMessage, type Reading } from './parse-message.ts';
import { startRepairLoop } from './repair-loop.ts';
import { createSlackChat, type SlackChat, type SlackTeam } from './slack-chat.ts';
import { SocketModeReceiver, type SocketTimings } from './socket-mode-receiver.ts';
import { repairGaps, type StoredUpTo } from './sync.ts';

export interface SlackOptions {
  readonly botToken: string;
  /** Events over Socket Mode where it is set. */
  readonly appToken?: string | undefined;
  /** Events over HTTP; needed without `appToken`. */
  readonly signingSecret?: string | undefined;
  /** Slack's own without it. */
  readonly apiUrl?: string | undefined;
  /** Stores events as they come. */
  readonly receive: ReceiveEvents;
  /** Stores what was missed; older questions are no longer answered there. */
  readonly receiveMissed: ReceiveEvents;
  /** The newest stored ts of each conversation. */
  readonly lastStored: (team: string) => Promise<readonly StoredUpTo[]>;
  /** The roots of the threads of a conversation that were alive lately. */
  readonly liveThreads: (team: string, channel: string) => Promise<readonly string[]>;
  /** Pup knows now who it is; resolves before the first event is taken in. */
  readonly onTeam?: (team: SlackTeam) => Promise<void>;
  /** An event that tells nothing to remember, by its reason; of an unknown type, `unknown: <type>`. */
  readonly countIgnored: (reason: string) => void;
  readonly log: Logger;
  readonly socketTimings?: Partial<SocketTimings>;
}

export interface SlackConnection {
  readonly chat: SlackChat;
  /** `POST /slack/events`, for the web server; null with Socket Mode. Answers 503 until `start` has resolved. */
  readonly plugin: FastifyPluginAsync | null;
  /**
   * Asks Slack who pup is and opens the way in; gap repair goes on in the background. Keeps trying while Slack is
   * away. Rejects with `SlackAuthFailed` where Slack refuses a token.
   */
  start(): Promise<void>;
  /** Takes nothing in any more and resolves when what was taken is stored and acknowledged. */
  stop(): Promise<void>;
  /** Resolves when gap repair has nothing left to do. */
  repaired(): Promise<void>;
}

const identitySchema = z.object({
  team_id: z.string(),
  user_id: z.string(),
  bot_id: z.string().optional(),
  url: z.string(),
});

/** Pup in one Slack workspace, over HTTP events or Socket Mode. Nothing is connected before `start`. */
export function connectSlack(options: SlackOptions): SlackConnection {
  const { log } = options;
  const clientOptions = { ...(options.apiUrl === undefined ? {} : { apiUrl: options.apiUrl }), log };
  const clients = createSlackClients({ ...clientOptions, token: options.botToken });
  const names = new NameCache({ client: clients.post, log });
  const stopping = new AbortController();
  let identity: SlackTeam | null = null;
  const team = () => {
    if (identity === null) throw new SlackNotConnected();
    return identity;
  };
  const repairs = startRepairLoop({
    log,
    repair: async (signal) => {
      const { team: id } = team();
      const storedUpTo = takeMark() ?? (await options.lastStored(id));
      const toEvents = historyReader(team(), names, log);
      return repairGaps({
        team: id,
        readClient: clients.read,
        receive: noting(names, options.receiveMissed),
        storedUpTo,
        liveThreads: (channel) => options.liveThreads(id, channel),
        toEvents,
        log,
        signal,
      });
    },
  });
  let mark: readonly StoredUpTo[] | null = null;
  const takeMark = () => {
    const taken = mark;
    mark = null;
    return taken;
  };
  const receiver = createReceiver(options, clientOptions, (reason) => repairs.request(reason));
  const app = createApp(receiver, options, team);
  listen(app, options, team, names);
  return {
    chat: createSlackChat({ postClient: clients.post, readClient: clients.read, team, log }),
    plugin: receiver instanceof HttpReceiver ? receiver.plugin : null,
    async start() {
      identity = await askIdentity(() => clients.post.auth.test(), log, stopping.signal);
      await options.onTeam?.(identity);
      // before new events come in: after them the newest stored message would hide the gap
      mark = await options.lastStored(identity.team);
      await receiver.start();
      log.info({ team: identity.team, way: receiver instanceof HttpReceiver ? 'http' : 'socket' }, 'slack connected');
      repairs.request('start');
    },
    async stop() {
      stopping.abort();
      await receiver.stop();
      await repairs[Symbol.asyncDispose]();
    },
    repaired: () => repairs.idle(),
  };
}

function createReceiver(
  { appToken, signingSecret, socketTimings, log }: SlackOptions,
  clientOptions: { readonly apiUrl?: string; readonly log: Logger },
  onReconnect: (reason: string) => void,
): Receiver {
  if (appToken === undefined) {
    if (signingSecret === undefined) throw new InvalidInput('Slack needs a signing secret or an app token');
    return new HttpReceiver({ signingSecret, log });
  }
  const client = createPlainClient({ ...clientOptions, token: appToken });
  const openUrl = async () => {
    try {
      const { url } = await client.apps.connections.open();
      if (url === undefined) throw new SocketLost('apps.connections.open gave no address');
      return url;
    } catch (error) {
      throw error instanceof SocketLost ? error : toAppError('apps.connections.open', error);
    }
  };
  return new SocketModeReceiver({ openUrl, log, onReconnect, ...(socketTimings ? { timings: socketTimings } : {}) });
}

function createApp(receiver: Receiver, { botToken, apiUrl, log }: SlackOptions, team: () => SlackTeam): App {
  const app = new App({
    receiver,
    authorize: async () => {
      const { team: teamId, userId, botId } = team();
      return { botToken, botUserId: userId, botId, teamId };
    },
    // Pup remembers what it said itself; it is never answered.
    ignoreSelf: false,
    convoStore: false,
    logger: slackLogger(log),
    ...(apiUrl === undefined ? {} : { clientOptions: { slackApiUrl: apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/` } }),
  });
  // The receiver decides what Slack is told, so it must see the error.
  app.error(async (error) => {
    throw error;
  });
  return app;
}

/** Every event comes this way, whatever its type, so that none is dropped uncounted. */
function listen(app: App, options: SlackOptions, team: () => SlackTeam, names: NameCache): void {
  app.event(/^/, async ({ body, event }) => {
    const pup = team();
    await names.learn(pup.team, event);
    const parsed = parseEvent(inTeam(body, pup.team), pup, names);
    if (parsed.kind === 'invalid') throw new InvalidInput(`An event of Slack has a wrong shape: ${parsed.problem}`);
    if (parsed.kind === 'ignored') return options.countIgnored(parsed.reason);
    if (parsed.kind === 'unknown') return options.countIgnored(`unknown: ${parsed.type}`);
    names.note(parsed.events);
    await receiveWithNews(options.receive, parsed.events, names);
  });
}

/** The news first: a message is stored under the name and the kind of place that are known by then. */
async function receiveWithNews(receive: ReceiveEvents, events: readonly ChatEvent[], names: NameCache): Promise<void> {
  const news = names.takeNews();
  try {
    await receive([...news, ...events]);
  } catch (error) {
    names.giveBack(news);
    throw error;
  }
}

/**
 * In a channel that is shared between workspaces an event may name the other one; pup's memory is kept under its own.
 * An organisation-wide installation has no single workspace, and its bodies stay as they are.
 */
function inTeam(body: unknown, team: string): unknown {
  const wide = wideSchema.safeParse(body).success;
  return wide || typeof body !== 'object' ? body : { ...body, team_id: team };
}
const wideSchema = z.object({
  authorizations: z.tuple([z.object({ is_enterprise_install: z.literal(true) })], z.unknown()),
});

function historyReader(pup: SlackTeam, names: NameCache, log: Logger) {
  return async ({ id, kind }: ChatConversation, messages: readonly unknown[]): Promise<ChatEvent[]> => {
    const events: ChatEvent[] = [];
    for (const raw of messages) {
      await names.learn(pup.team, raw);
      const message = readHistoryMessage(id, raw, { team: pup.team, pup, names }, log);
      if (message === null) continue;
      // edited while pup was away: the edit replaces what is stored
      events.push({ team: pup.team, type: message.editedTs === null ? 'message' : 'edit', message, kind });
    }
    return [...names.takeNews(), ...events];
  };
}

/** One message of an odd shape must not hide those around it. */
function readHistoryMessage(channel: string, raw: unknown, reading: Reading, log: Logger): ChatMessage | null {
  try {
    return parseHistoryMessage(channel, raw, reading);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    log.warn(
      { channel, code: 'INVALID_INPUT', problem: error.issues[0]?.path.join('.') },
      'message of wrong shape left out',
    );
    return null;
  }
}

function noting(names: NameCache, receive: ReceiveEvents): ReceiveEvents {
  return (events) => {
    names.note(events);
    return receive(events);
  };
}

async function askIdentity(ask: () => Promise<unknown>, log: Logger, signal: AbortSignal): Promise<SlackTeam> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      const { team_id: team, user_id: userId, bot_id: botId, url } = identitySchema.parse(await ask());
      return { team, userId, botId: botId ?? userId, url };
    } catch (error) {
      if (error instanceof z.ZodError) throw new SlackAuthFailed('the token is no bot token', error);
      const failure = toAppError('auth.test', error);
      if (!failure.retryable)
        throw failure instanceof SlackAuthFailed ? failure : new SlackAuthFailed(failure.reason, error);
      log.warn({ err: failure, attempt }, 'slack does not answer; trying again');
      await delay(Math.min(30_000, 500 * 2 ** Math.min(attempt - 1, 10)) * (0.5 + Math.random() / 2), undefined, {
        signal,
      });
    }
  }
}

import fastify from 'fastify';
import type { ChatEvent, ReceiveEvents } from '../../src/conversation/chat.ts';
import { connectSlack, type SlackConnection, type SlackOptions } from '../../src/slack/connect.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { SlackServer } from './server.ts';
import { ids } from './workspace.ts';

/** Stores like memory does: a message once. `failing` refuses what comes, as when the database is away. */
export class FakeStore {
  readonly messages = new Map<string, ChatEvent>();
  readonly events: ChatEvent[] = [];
  calls = 0;
  failing: Error | null = null;
  gate: Promise<void> | null = null;

  readonly receive: ReceiveEvents = async (events) => {
    this.calls += 1;
    await this.gate;
    if (this.failing !== null) throw this.failing;
    return events.map((event) => {
      this.events.push(event);
      if (event.type !== 'message' && event.type !== 'edit') return { stored: true, owedReply: null };
      const id = `${event.message.channel} ${event.message.ts}`;
      const stored = !this.messages.has(id);
      this.messages.set(id, event);
      return { stored, owedReply: null };
    });
  };

  texts(): string[] {
    return [...this.messages.values()].flatMap((event) => ('message' in event ? [event.message.text] : []));
  }
}

export interface Connected extends AsyncDisposable {
  readonly slack: SlackServer;
  readonly store: FakeStore;
  readonly connection: SlackConnection;
  readonly ignored: string[];
  /** Where pup takes HTTP events; null with Socket Mode. */
  readonly url: string | null;
}

/** Pup's side of Slack against the emulated one, over either way in. */
export async function connected(
  way: 'http' | 'socket',
  options: Partial<SlackOptions> & { readonly slack?: SlackServer } = {},
): Promise<Connected> {
  const slack = options.slack ?? (await SlackServer.start());
  const store = new FakeStore();
  const ignored: string[] = [];
  const connection = connectSlack({
    botToken: ids.botToken,
    ...(way === 'http' ? { signingSecret: ids.signingSecret } : { appToken: ids.appToken }),
    apiUrl: slack.apiUrl,
    receive: store.receive,
    receiveMissed: store.receive,
    lastStored: async () => [],
    liveThreads: async () => [],
    countIgnored: (reason) => ignored.push(reason),
    log: createLogger('silent'),
    socketTimings: { minDelayMs: 20, maxDelayMs: 200, silenceMs: 400, helloTimeoutMs: 1000 },
    ...options,
  });
  const server = fastify({ forceCloseConnections: true });
  let url: string | null = null;
  if (connection.plugin !== null) {
    await server.register(connection.plugin);
    url = `${await server.listen({ port: 0, host: '127.0.0.1' })}/slack/events`;
    slack.deliverTo({ url });
  }
  await connection.start();
  return {
    slack,
    store,
    connection,
    ignored,
    url,
    async [Symbol.asyncDispose]() {
      await connection.stop();
      await server.close();
      await slack[Symbol.asyncDispose]();
    },
  };
}

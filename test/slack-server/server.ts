import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Fault, Faults } from './faults.ts';
import { type HttpDeliveryOptions, HttpEvents } from './http-events.ts';
import { type Answer, type Args, methods } from './methods.ts';
import { SocketMode } from './socket-mode.ts';
import { ids, type SlackMessageRow, Workspace } from './workspace.ts';

export interface Call {
  readonly method: string;
  readonly args: Args;
  readonly at: number;
}

export interface SayOptions {
  readonly threadTs?: string;
  readonly ts?: string;
  readonly more?: Record<string, unknown>;
  /** The message exists, and no event tells of it: as during an outage. */
  readonly untold?: boolean;
}

/** An emulated Slack: Web API, signed HTTP events and Socket Mode over one in-memory workspace. */
export class SlackServer implements AsyncDisposable {
  readonly workspace = new Workspace();
  readonly faults = new Faults();
  readonly socket = new SocketMode();
  readonly calls: Call[] = [];
  http: HttpEvents | null = null;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #events = 0;
  #port = 0;

  static async start(port = 0): Promise<SlackServer> {
    const slack = new SlackServer();
    slack.#server.on('upgrade', (request, stream, head) => slack.socket.upgrade(request, stream, head));
    slack.#server.listen(port, '127.0.0.1');
    await once(slack.#server, 'listening');
    const address = slack.#server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
    slack.#port = address.port;
    return slack;
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${this.#port}/api/`;
  }

  deliverTo(options: HttpDeliveryOptions): HttpEvents {
    this.http = new HttpEvents(options);
    return this.http;
  }

  /** A person says something, and pup is told as Slack would tell it. */
  say(person: string, channel: string, text: string, options: SayOptions = {}): string {
    const { threadTs, ts, more, untold } = options;
    const row = this.workspace.add(channel, {
      user: person,
      text,
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
      ...(ts === undefined ? {} : { ts }),
      ...more,
    });
    if (untold === true || !this.workspace.channel(channel).members.has(ids.pup)) return row.ts;
    this.emit(this.#messageEvent(channel, row));
    const mentioned = text.includes(`<@${ids.pup}>`) && this.workspace.channel(channel).kind !== 'direct';
    if (mentioned)
      this.emit({
        type: 'app_mention',
        channel,
        user: person,
        text,
        ts: row.ts,
        event_ts: row.ts,
        ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
      });
    return row.ts;
  }

  posts(channel: string): readonly SlackMessageRow[] {
    return this.workspace.posts(channel);
  }

  callsOf(method: string): readonly Call[] {
    return this.calls.filter((call) => call.method === method);
  }

  fail(fault: Fault): void {
    this.faults.add(fault);
  }

  /** Sends an event the ways that are open: to the HTTP address where one is set, and over Socket Mode where it was opened. */
  emit(event: Record<string, unknown>, more: Record<string, unknown> = {}): void {
    this.#events += 1;
    const body = envelope(event, `Ev${String(this.#events).padStart(8, '0')}`, more);
    if (this.http !== null) this.http.send(body);
    else if (this.socket.seen > 0) this.socket.send(body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.close();
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #messageEvent(channel: string, row: SlackMessageRow): Record<string, unknown> {
    return { ...row, channel, channel_type: this.workspace.channelType(channel), event_ts: row.ts };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = new URL(request.url ?? '/', 'http://localhost').pathname.replace('/api/', '');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const args = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString('utf8')));
    this.calls.push({ method, args, at: Date.now() });
    const fault = this.faults.take(method);
    if (fault?.kind === 'latency') await delay(fault.ms);
    if (fault?.kind === 'rate-limited') {
      response
        .writeHead(429, { 'retry-after': String(fault.retryAfter) })
        .end(JSON.stringify({ ok: false, error: 'ratelimited' }));
      return;
    }
    if (fault?.kind === 'server-error') {
      response.writeHead(500).end('upstream error');
      return;
    }
    const answer =
      fault?.kind === 'refused'
        ? { ok: false, error: fault.error }
        : this.#call(method, args, request.headers.authorization);
    if (fault?.kind === 'lost-response') {
      response.destroy();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  #call(method: string, args: Args, authorization: string | undefined): Answer {
    const token = authorization?.replace('Bearer ', '') ?? args.token;
    if (token === undefined) return { ok: false, error: 'not_authed' };
    if (method === 'apps.connections.open') {
      return token === ids.appToken
        ? { ok: true, url: `ws://127.0.0.1:${this.#port}/link/?ticket=1` }
        : { ok: false, error: 'invalid_auth' };
    }
    if (token !== ids.botToken) return { ok: false, error: 'invalid_auth' };
    const known = methods[method];
    return known === undefined
      ? { ok: false, error: 'unknown_method' }
      : known(args, this.workspace, (event) => this.emit(event));
  }
}

/** An Events API body. */
export function envelope(
  event: Record<string, unknown>,
  eventId: string,
  more: Record<string, unknown> = {},
): Record<string, unknown> & { event_id: string } {
  return {
    token: 'verification',
    team_id: ids.team,
    context_team_id: ids.team,
    api_app_id: ids.app,
    event,
    type: 'event_callback',
    event_id: eventId,
    event_time: Math.floor(Date.now() / 1000),
    authorizations: [
      { enterprise_id: null, team_id: ids.team, user_id: ids.pup, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
    ...more,
  };
}

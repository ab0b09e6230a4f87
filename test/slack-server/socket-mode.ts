import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

interface OpenEnvelope {
  readonly body: unknown;
  attempt: number;
  timer: NodeJS.Timeout | null;
}

/**
 * Slack's side of Socket Mode: each envelope goes to one of the connections, and again while it is not
 * acknowledged, over a new connection too.
 */
export class SocketMode {
  readonly acknowledged: string[] = [];
  redeliverAfterMs = 200;
  pingEveryMs = 100;
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #connections = new Set<WebSocket>();
  readonly #silent = new Set<WebSocket>();
  readonly #open = new Map<string, OpenEnvelope>();
  readonly #pings: NodeJS.Timeout;
  #seen = 0;

  constructor() {
    this.#pings = setInterval(() => {
      for (const socket of this.#connections) if (!this.#silent.has(socket)) socket.ping();
    }, this.pingEveryMs);
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Connections so far. */
  get seen(): number {
    return this.#seen;
  }

  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, stream, head, (socket) => this.#accept(socket));
  }

  send(body: unknown): void {
    const id = randomUUID();
    this.#open.set(id, { body, attempt: 0, timer: null });
    this.#deliver(id);
  }

  /** Slack's notice that it will close; a client should have another connection by then. */
  disconnect(reason: 'warning' | 'refresh_requested' | 'link_disabled'): void {
    for (const socket of this.#connections) socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: {} }));
  }

  /** The connections stay open and say nothing more, not even pings. */
  goSilent(): void {
    for (const socket of this.#connections) this.#silent.add(socket);
  }

  /** As when a cable is cut. */
  cut(): void {
    for (const socket of this.#connections) socket.terminate();
  }

  raw(text: string): void {
    for (const socket of this.#connections) socket.send(text);
  }

  get unacknowledged(): number {
    return this.#open.size;
  }

  close(): void {
    clearInterval(this.#pings);
    for (const { timer } of this.#open.values()) if (timer !== null) clearTimeout(timer);
    this.#open.clear();
    for (const socket of this.#connections) socket.terminate();
    this.#server.close();
  }

  #accept(socket: WebSocket): void {
    this.#seen += 1;
    this.#connections.add(socket);
    socket.on('close', () => this.#connections.delete(socket));
    socket.on('message', (data) => {
      if (!Buffer.isBuffer(data)) return;
      const { envelope_id: id } = JSON.parse(data.toString('utf8')) as { envelope_id: string };
      const envelope = this.#open.get(id);
      if (envelope?.timer) clearTimeout(envelope.timer);
      if (this.#open.delete(id)) this.acknowledged.push(id);
    });
    socket.send(
      JSON.stringify({ type: 'hello', num_connections: this.#connections.size, debug_info: {}, connection_info: {} }),
    );
    for (const [id, { timer }] of this.#open) if (timer === null) this.#deliver(id);
  }

  #deliver(id: string): void {
    const envelope = this.#open.get(id);
    if (envelope === undefined) return;
    const socket = [...this.#connections].findLast((candidate) => !this.#silent.has(candidate));
    envelope.timer = null;
    if (socket === undefined) return;
    const retry = envelope.attempt === 0 ? {} : { retry_attempt: envelope.attempt, retry_reason: 'timeout' };
    socket.send(
      JSON.stringify({
        envelope_id: id,
        type: 'events_api',
        accepts_response_payload: false,
        payload: envelope.body,
        ...retry,
      }),
    );
    envelope.attempt += 1;
    envelope.timer = setTimeout(() => this.#deliver(id), this.redeliverAfterMs);
  }
}

import { type RawData, WebSocket } from 'ws';
import { z } from 'zod';
import type { Logger } from '../telemetry/log.ts';
import { SocketLost } from './errors.ts';

/** A Socket Mode message that carries something to process. */
export interface Envelope {
  readonly envelopeId: string;
  readonly type: string;
  readonly payload: unknown;
  readonly retryAttempt: number | null;
  readonly retryReason: string | null;
}

export interface SocketConnectionOptions {
  readonly url: string;
  readonly log: Logger;
  readonly helloTimeoutMs: number;
  readonly silenceMs: number;
  readonly onEnvelope: (envelope: Envelope, connection: SocketConnection) => void;
  /** Slack will close the connection soon, or at once. */
  readonly onDisconnect: (reason: string, connection: SocketConnection) => void;
  /** Called once, whoever closed it. */
  readonly onClosed: (reason: string, connection: SocketConnection) => void;
}

const frameSchema = z.union([
  z.looseObject({ type: z.literal('hello') }),
  z.looseObject({ type: z.literal('disconnect'), reason: z.string().catch('unknown') }),
  z.looseObject({
    type: z.string(),
    envelope_id: z.string().min(1).max(200),
    payload: z.unknown(),
    retry_attempt: z.number().nullish().catch(null),
    retry_reason: z.string().nullish().catch(null),
  }),
]);

/**
 * One WebSocket to Slack. `ws` and not Node's own WebSocket, which hides ping frames: on a quiet workspace they
 * are all that tells a live connection from a dead one.
 */
export class SocketConnection {
  readonly #socket: WebSocket;
  readonly #options: SocketConnectionOptions;
  readonly #hello = Promise.withResolvers<void>();
  #watchdog: NodeJS.Timeout;
  #closedBecause: string | null = null;
  #closed = false;

  private constructor(options: SocketConnectionOptions) {
    this.#options = options;
    this.#socket = new WebSocket(options.url, {
      handshakeTimeout: options.helloTimeoutMs,
      maxPayload: 8 * 1024 * 1024,
    });
    this.#watchdog = setTimeout(() => this.#giveUp('no hello'), options.helloTimeoutMs);
    this.#socket.on('message', (data) => this.#take(data));
    this.#socket.on('ping', () => this.#heard());
    this.#socket.on('error', (error) => {
      this.#closedBecause ??= `error: ${error.message}`;
    });
    this.#socket.on('close', (code) => this.#ended(`closed with ${code}`));
  }

  /** Resolves after Slack's `hello`; rejects with `SocketLost`. */
  static async open(options: SocketConnectionOptions): Promise<SocketConnection> {
    const connection = new SocketConnection(options);
    await connection.#hello.promise;
    return connection;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Resolves when the frame was handed to the network; rejects where the connection is gone. */
  acknowledge(envelopeId: string, payload?: unknown): Promise<void> {
    const frame = JSON.stringify({ envelope_id: envelopeId, ...(payload === undefined ? {} : { payload }) });
    return new Promise((resolve, reject) => {
      this.#socket.send(frame, (error) => (error ? reject(new SocketLost('could not send', error)) : resolve()));
    });
  }

  /** Closes in good order; a server that does not answer the close is cut off. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closedBecause ??= 'closed by pup';
    const closed = new Promise<void>((resolve) => this.#socket.once('close', () => resolve()));
    this.#socket.close(1000);
    const cut = setTimeout(() => this.#socket.terminate(), 2000);
    await closed;
    clearTimeout(cut);
  }

  #take(data: RawData): void {
    this.#heard();
    const frame = parseFrame(data);
    if (frame === null) {
      this.#options.log.warn({ code: 'INVALID_JSON' }, 'socket mode message of unknown shape');
      return;
    }
    if ('envelope_id' in frame && typeof frame.envelope_id === 'string') {
      this.#options.onEnvelope(
        {
          envelopeId: frame.envelope_id,
          type: frame.type,
          payload: frame.payload,
          retryAttempt: typeof frame.retry_attempt === 'number' ? frame.retry_attempt : null,
          retryReason: typeof frame.retry_reason === 'string' ? frame.retry_reason : null,
        },
        this,
      );
      return;
    }
    if (frame.type === 'hello') this.#hello.resolve();
    else if (frame.type === 'disconnect') this.#options.onDisconnect(String(frame.reason), this);
  }

  #heard(): void {
    if (this.#closed) return;
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#giveUp('silence'), this.#options.silenceMs);
  }

  #giveUp(reason: string): void {
    this.#closedBecause ??= reason;
    this.#socket.terminate();
  }

  #ended(how: string): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#watchdog);
    const reason = this.#closedBecause ?? how;
    this.#hello.reject(new SocketLost(reason));
    this.#options.onClosed(reason, this);
  }
}

function parseFrame(data: RawData): z.infer<typeof frameSchema> | null {
  const raw = Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data);
  try {
    const frame = frameSchema.safeParse(JSON.parse(raw.toString('utf8')));
    return frame.success ? frame.data : null;
  } catch {
    return null;
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import type { App, Receiver } from '@slack/bolt';
import { errorCode } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';
import { SlackAuthFailed, SocketLost } from './errors.ts';
import { eventBodySchema, isHopeless, originalOf } from './http-receiver.ts';
import { type Envelope, SocketConnection } from './socket-connection.ts';

export interface SocketTimings {
  /** First wait after a lost connection, in milliseconds; it doubles up to `maxDelayMs`, with jitter. */
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  /** A connection without a message or ping for so long is dead. */
  readonly silenceMs: number;
  readonly helloTimeoutMs: number;
}

const defaultTimings: SocketTimings = {
  minDelayMs: 500,
  maxDelayMs: 30_000,
  silenceMs: 30_000,
  helloTimeoutMs: 10_000,
};

export interface SocketModeReceiverOptions {
  /** Asks Slack for an address (`apps.connections.open`). Rejects with `SlackAuthFailed` on a bad token. */
  readonly openUrl: () => Promise<string>;
  readonly log: Logger;
  /** Called after every connection but the first: messages may have been missed. */
  readonly onReconnect: (reason: string) => void;
  readonly timings?: Partial<SocketTimings>;
}

/**
 * Takes Slack's events over Socket Mode. Unlike Bolt's own receiver it acknowledges an envelope after its listeners
 * have finished (after the commit); where they fail it stays unacknowledged, and Slack delivers it again.
 */
export class SocketModeReceiver implements Receiver {
  readonly #options: SocketModeReceiverOptions;
  readonly #timings: SocketTimings;
  readonly #underWay = new Map<Promise<void>, SocketConnection>();
  readonly #stopping = new AbortController();
  #app: App | null = null;
  #current: SocketConnection | null = null;
  #connecting: Promise<void> | null = null;

  constructor(options: SocketModeReceiverOptions) {
    this.#options = options;
    this.#timings = { ...defaultTimings, ...options.timings };
  }

  init(app: App): void {
    this.#app = app;
  }

  /** Resolves when Slack has said hello. Rejects with `SlackAuthFailed`; keeps trying after any other failure. */
  async start(): Promise<void> {
    await this.#connect('start', true);
  }

  /** Takes no further envelopes, and resolves when those under way are acknowledged and the connection is closed. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#connecting?.catch(() => {});
    await Promise.allSettled(this.#underWay.keys());
    await this.#current?.close();
    this.#current = null;
  }

  /** One at a time: a second reason to connect joins the connection that is being made. */
  #connect(reason: string, first = false): Promise<void> {
    this.#connecting ??= this.#keepConnecting(reason, first).finally(() => {
      this.#connecting = null;
    });
    return this.#connecting;
  }

  async #keepConnecting(reason: string, first: boolean): Promise<void> {
    const { log, onReconnect } = this.#options;
    for (let attempt = first || reason === 'refresh' ? 0 : 1; !this.#stopping.signal.aborted; attempt += 1) {
      if (attempt > 0) await this.#wait(attempt);
      if (this.#stopping.signal.aborted) return;
      try {
        await this.#replaceConnection();
        log.info({ reason, attempt }, 'socket mode connected');
        if (!first) onReconnect(reason);
        return;
      } catch (error) {
        if (error instanceof SlackAuthFailed && first) throw error;
        log.error({ err: error, code: errorCode(error), attempt }, 'socket mode connection failed');
        // A refused token may be mended in Slack, but asking often does not mend it.
        if (error instanceof SlackAuthFailed) attempt = 20;
      }
    }
  }

  async #wait(attempt: number): Promise<void> {
    const { minDelayMs, maxDelayMs } = this.#timings;
    const ceiling = Math.min(maxDelayMs, minDelayMs * 2 ** Math.min(attempt - 1, 20));
    // jitter, so that many processes do not return in step
    const waitMs = Math.max(minDelayMs, ceiling * (0.5 + Math.random() / 2));
    await delay(waitMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }

  /** Opens the new connection before it closes the old one, so that no event falls in between. */
  async #replaceConnection(): Promise<void> {
    const url = await this.#options.openUrl();
    const next = await SocketConnection.open({
      url,
      log: this.#options.log,
      helloTimeoutMs: this.#timings.helloTimeoutMs,
      silenceMs: this.#timings.silenceMs,
      onEnvelope: (envelope, connection) => this.#take(envelope, connection),
      onDisconnect: (reason, connection) => this.#onDisconnect(reason, connection),
      onClosed: (reason, connection) => this.#onClosed(reason, connection),
    });
    const old = this.#current;
    this.#current = next;
    if (next.isClosed) {
      this.#current = null;
      throw new SocketLost('closed after hello');
    }
    if (old !== null) void this.#retire(old);
  }

  /** What an old connection has delivered is acknowledged on it before it is closed. */
  async #retire(connection: SocketConnection): Promise<void> {
    const works = [...this.#underWay].flatMap(([work, on]) => (on === connection ? [work] : []));
    await Promise.allSettled(works);
    await connection.close();
  }

  #onDisconnect(reason: string, connection: SocketConnection): void {
    this.#options.log.info({ reason }, 'slack asks for a new socket mode connection');
    if (connection !== this.#current || this.#stopping.signal.aborted) return;
    // `link_disabled` and what is not known: Slack closes the connection itself, and pup returns with a wait.
    if (reason === 'warning' || reason === 'refresh_requested') this.#reconnect('refresh');
  }

  #onClosed(reason: string, connection: SocketConnection): void {
    if (connection !== this.#current) return;
    this.#current = null;
    if (this.#stopping.signal.aborted) return;
    this.#options.log.warn({ reason }, 'socket mode connection lost');
    this.#reconnect(reason);
  }

  #reconnect(reason: string): void {
    this.#connect(reason).catch((error: unknown) => {
      this.#options.log.error({ err: error }, 'socket mode gave up');
    });
  }

  #take(envelope: Envelope, connection: SocketConnection): void {
    if (this.#stopping.signal.aborted) return;
    const work = this.#process(envelope, connection).catch((error: unknown) => {
      this.#options.log.warn(
        { err: error, envelope: envelope.envelopeId },
        'acknowledgement not sent; slack will deliver it again',
      );
    });
    this.#underWay.set(work, connection);
    void work.finally(() => this.#underWay.delete(work));
  }

  async #process(envelope: Envelope, connection: SocketConnection): Promise<void> {
    const { log } = this.#options;
    const body = eventBodySchema.safeParse(envelope.payload);
    if (this.#app === null) throw new SocketLost('the receiver has no app');
    if (envelope.type !== 'events_api' || !body.success) {
      // It will not be better when it is delivered again.
      log.warn({ code: 'INVALID_PAYLOAD', type: envelope.type }, 'socket mode envelope refused');
      return connection.acknowledge(envelope.envelopeId);
    }
    try {
      await this.#app.processEvent({
        body: body.data,
        ack: async () => {},
        ...(envelope.retryAttempt === null ? {} : { retryNum: envelope.retryAttempt }),
        ...(envelope.retryReason === null ? {} : { retryReason: envelope.retryReason }),
      });
    } catch (thrown) {
      const error = originalOf(thrown);
      const hopeless = isHopeless(error);
      log.error(
        { err: error, code: errorCode(error), hopeless },
        hopeless ? 'slack event refused' : 'slack event not stored; slack will deliver it again',
      );
      if (!hopeless) return;
    }
    await connection.acknowledge(envelope.envelopeId);
  }
}

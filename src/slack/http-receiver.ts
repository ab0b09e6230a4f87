import { createHmac, timingSafeEqual } from 'node:crypto';
import type { App, Receiver } from '@slack/bolt';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AppError, errorCode } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';

export const bodyLimit = 1024 * 1024;
/** Slack's own advice: older requests may be replays. */
export const maxAgeSeconds = 5 * 60;

export interface HttpReceiverOptions {
  readonly signingSecret: string;
  readonly log: Logger;
  /** The clock, in milliseconds. */
  readonly now?: () => number;
}

/** Every answer but 200: its status, code and message. */
const refusals = {
  SLACK_SIGNATURE_MISSING: [401, 'The request carries no signature'],
  SLACK_SIGNATURE_STALE: [401, 'The timestamp of the request is more than five minutes away'],
  SLACK_SIGNATURE_FORGED: [401, 'The signature of the request is wrong'],
  BODY_TOO_LARGE: [413, 'The body is larger than 1 MiB'],
  INVALID_JSON: [400, 'The body is no JSON'],
  INVALID_PAYLOAD: [400, 'The body is no event of Slack'],
  SLACK_NOT_CONNECTED: [503, 'Pup is not ready for events'],
} as const;
type RefusalCode = keyof typeof refusals;

/** The bodies that Slack sends to an events address, as far as the receiver must know them. */
export const eventBodySchema = z.union([
  z.looseObject({ type: z.literal('url_verification'), challenge: z.string().max(1000) }),
  z.looseObject({ type: z.literal('event_callback'), event: z.looseObject({ type: z.string().min(1) }) }),
  z.looseObject({ type: z.literal('app_rate_limited') }),
]);

/**
 * Takes Slack's events over HTTP at `POST /slack/events` of a Fastify server. An event is acknowledged with 200 only
 * after its listeners have finished, which is after the commit; before that, and whenever they fail, Slack keeps the
 * event and delivers it again.
 */
export class HttpReceiver implements Receiver {
  readonly #options: HttpReceiverOptions;
  readonly #underWay = new Set<Promise<unknown>>();
  #app: App | null = null;
  #open = false;

  constructor(options: HttpReceiverOptions) {
    this.#options = options;
  }

  /** To be registered on the server; encapsulated, so that its raw bodies and errors touch no other route. */
  readonly plugin: FastifyPluginAsync = async (server) => {
    this.#takeRawBodies(server);
    server.post('/slack/events', { bodyLimit }, (request, reply) => this.#answer(request, reply));
  };

  init(app: App): void {
    this.#app = app;
  }

  async start(): Promise<void> {
    this.#open = true;
  }

  /** Refuses further events, and resolves when those under way are finished. */
  async stop(): Promise<void> {
    this.#open = false;
    await Promise.allSettled(this.#underWay);
  }

  #takeRawBodies(server: FastifyInstance): void {
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => done(null, body));
    server.setErrorHandler((error, request, reply) => {
      const { code, statusCode } = z
        .object({ code: z.string().optional().catch(undefined), statusCode: z.number().optional().catch(undefined) })
        .catch({})
        .parse(error);
      if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
        this.#options.log.warn({ code: 'BODY_TOO_LARGE' }, 'slack request refused');
        // The rest of the body is not read, so the connection cannot serve another request.
        return refuse(reply.header('connection', 'close'), 'BODY_TOO_LARGE');
      }
      this.#options.log.error({ err: error, url: request.url }, 'slack request failed');
      const status = statusCode !== undefined && statusCode >= 400 ? statusCode : 500;
      return reply
        .code(status)
        .send({ error: { code: code ?? 'INTERNAL', message: 'The request could not be handled' } });
    });
  }

  async #answer(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const { signingSecret, log, now = Date.now } = this.#options;
    const forged = checkSignature(request.headers, raw, signingSecret, now());
    if (forged !== null) {
      log.warn({ code: forged }, 'slack request refused');
      return refuse(reply, forged);
    }
    const body = parseBody(raw);
    if (typeof body === 'string') {
      log.warn({ code: body }, 'slack request refused');
      return refuse(reply, body);
    }
    if (body.type === 'url_verification') return reply.send({ challenge: body.challenge });
    const app = this.#app;
    if (!this.#open || app === null) return refuse(reply.header('retry-after', '5'), 'SLACK_NOT_CONNECTED');
    return this.#process(app, body, request, reply);
  }

  async #process(
    app: App,
    body: Record<string, unknown>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<unknown> {
    const retryNum = Number(request.headers['x-slack-retry-num']);
    const reason = request.headers['x-slack-retry-reason'];
    // Bolt acknowledges an event before its listeners run; what counts here is that they have finished.
    const work = app.processEvent({
      body,
      ack: async () => {},
      ...(Number.isInteger(retryNum) ? { retryNum } : {}),
      ...(typeof reason === 'string' ? { retryReason: reason } : {}),
    });
    this.#underWay.add(work);
    try {
      await work;
    } catch (error) {
      return this.#refuseFailed(error, reply);
    } finally {
      this.#underWay.delete(work);
    }
    return reply.code(200).send();
  }

  #refuseFailed(thrown: unknown, reply: FastifyReply): unknown {
    const error = originalOf(thrown);
    const code = errorCode(error);
    if (isHopeless(error)) {
      this.#options.log.warn({ err: error, code }, 'slack event refused');
      return reply.code(400).send({ error: { code, message: error.message } });
    }
    this.#options.log.error({ err: error, code }, 'slack event not stored; slack will deliver it again');
    const message = 'The event could not be stored';
    return reply
      .code(503)
      .header('retry-after', '5')
      .send({ error: { code: error instanceof AppError ? code : 'STORE_UNAVAILABLE', message } });
  }
}

function refuse(reply: FastifyReply, code: RefusalCode): FastifyReply {
  const [status, message] = refusals[code];
  return reply.code(status).send({ error: { code, message } });
}

function parseBody(raw: Buffer): z.infer<typeof eventBodySchema> | RefusalCode {
  let json: unknown;
  try {
    json = JSON.parse(raw.toString('utf8'));
  } catch {
    return 'INVALID_JSON';
  }
  const body = eventBodySchema.safeParse(json);
  return body.success ? body.data : 'INVALID_PAYLOAD';
}

/** Slack's signature, version 0 (docs.slack.dev, verifying requests). Null where it is right and fresh. */
export function checkSignature(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  raw: Buffer,
  secret: string,
  nowMs: number,
): 'SLACK_SIGNATURE_MISSING' | 'SLACK_SIGNATURE_STALE' | 'SLACK_SIGNATURE_FORGED' | null {
  const signature = headers['x-slack-signature'];
  const timestamp = headers['x-slack-request-timestamp'];
  if (typeof signature !== 'string' || typeof timestamp !== 'string' || signature === '' || timestamp === '') {
    return 'SLACK_SIGNATURE_MISSING';
  }
  if (!/^\d{1,12}$/.test(timestamp)) return 'SLACK_SIGNATURE_FORGED';
  const expected = Buffer.from(
    `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(raw).digest('hex')}`,
  );
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return 'SLACK_SIGNATURE_FORGED';
  }
  return Math.abs(nowMs / 1000 - Number(timestamp)) > maxAgeSeconds ? 'SLACK_SIGNATURE_STALE' : null;
}

/** Bolt wraps errors that have no code of their own. */
export function originalOf(error: unknown): unknown {
  return error instanceof Error && 'original' in error && error.original instanceof Error ? error.original : error;
}

/** Delivering it again would end the same way. */
export function isHopeless(error: unknown): error is AppError {
  return error instanceof AppError && !error.retryable;
}

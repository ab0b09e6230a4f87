import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AppError, errorCode } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';

/** A request that the local workspace turns down, with its HTTP status. */
export class WorkspaceRefusal extends AppError {
  override readonly name = 'WorkspaceRefusal';
  readonly retryable = false;
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** PostgreSQL's code for a full disk. */
const diskFull = '53100';
const loopback = /^(127\.|::1$|::ffff:127\.)/;
/** Avatars carry their hue in a style attribute; nothing comes from anywhere else. */
const contentPolicy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";
const localHost = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/;

/**
 * The workspace has no login, so only pages that it served itself may speak to it: its own host name
 * (a foreign one that points here is DNS rebinding), its own origin, and JSON, which no form can send.
 */
export function guardWorkspace(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('content-security-policy', contentPolicy).header('x-content-type-options', 'nosniff');
    if (!loopback.test(request.ip)) {
      throw new WorkspaceRefusal(
        403,
        'NOT_LOOPBACK',
        'The local workspace has no login and answers on this machine only.',
      );
    }
    const host = request.headers.host ?? '';
    if (!localHost.test(host)) {
      throw new WorkspaceRefusal(
        403,
        'FOREIGN_HOST',
        'The local workspace answers on localhost only. Open http://localhost and its port.',
      );
    }
    const { origin } = request.headers;
    if (origin !== undefined && origin !== `http://${host}`) {
      throw new WorkspaceRefusal(403, 'FOREIGN_ORIGIN', 'Another page may not speak to the local workspace.');
    }
  });
}

/** Turns every failure of a route into `{error: {code, message}}`. */
export function answerErrors(app: FastifyInstance, log: Logger): void {
  app.setErrorHandler((error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const { status, code, message } = describe(error);
    if (status >= 500) log.error({ err: error, route: request.routeOptions.url }, 'workspace request failed');
    return reply.status(status).send({ error: { code, message } });
  });
}

function describe(error: unknown): { status: number; code: string; message: string } {
  if (error instanceof WorkspaceRefusal) return { status: error.status, code: error.code, message: error.message };
  if (error instanceof z.ZodError) return { status: 400, code: 'INVALID_INPUT', message: z.prettifyError(error) };
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status >= 400 && status < 500 && error instanceof Error)
    return { status, code: errorCode(error), message: error.message };
  if (errorCode(error) === diskFull) {
    return {
      status: 507,
      code: diskFull,
      message: 'The disk is full; nothing was stored. Free some space and try again.',
    };
  }
  return {
    status: 503,
    code: errorCode(error),
    message: 'This did not work just now; nothing was stored. Try again in a moment.',
  };
}

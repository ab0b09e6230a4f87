import {
  LogLevel,
  type Logger as SlackLogger,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebClient,
} from '@slack/web-api';
import type { Logger } from '../telemetry/log.ts';
import { SlackAuthFailed, SlackRefused, SlackUnavailable } from './errors.ts';

export interface SlackClients {
  /**
   * For what a person waits for: posts, and the look-ups of a reply. Never retries, and a 429 rejects that one call;
   * with the library's own handling it would hold up every other call of the client.
   */
  readonly post: WebClient;
  /** For reading in the background. Waits out a 429 and tries again after other failures. */
  readonly read: WebClient;
}

export interface SlackClientOptions {
  readonly token: string;
  /** Slack's own without it. */
  readonly apiUrl?: string;
  readonly log: Logger;
  /** Longest wait for one answer, in milliseconds. */
  readonly timeoutMs?: number;
}

export function createSlackClients(options: SlackClientOptions): SlackClients {
  const { token, log, timeoutMs = 10_000 } = options;
  const shared = { ...address(options.apiUrl), logger: slackLogger(log) };
  return {
    post: new WebClient(token, {
      ...shared,
      timeout: timeoutMs,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
    }),
    read: new WebClient(token, {
      ...shared,
      timeout: 3 * timeoutMs,
      retryConfig: { retries: 5, factor: 2, minTimeout: 500, maxTimeout: 30_000, randomize: true },
      // Slack advises against reading in parallel; the limits are per method and workspace.
      maxRequestConcurrency: 3,
    }),
  };
}

/** A client for one kind of call with its own token, such as `apps.connections.open` with the app token. */
export function createPlainClient(options: SlackClientOptions): WebClient {
  return createSlackClients(options).post;
}

function address(apiUrl: string | undefined): { slackApiUrl?: string } {
  if (apiUrl === undefined) return {};
  return { slackApiUrl: apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/` };
}

/** The library's warnings and errors in pup's log; its other levels hold bodies and headers. */
export function slackLogger(log: Logger): SlackLogger {
  const detailOf = (parts: readonly unknown[]) => parts.map(String).join(' ').slice(0, 300);
  return {
    debug() {},
    info() {},
    warn: (...parts) => log.warn({ detail: detailOf(parts) }, 'slack library warning'),
    error: (...parts) => log.error({ detail: detailOf(parts) }, 'slack library error'),
    setLevel() {},
    getLevel: () => LogLevel.INFO,
    setName() {},
  };
}

/** What is known after a failed call: refused (it did nothing), to be called later (it did nothing), or unknown. */
export type CallFailure =
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'rate-limited'; readonly waitMs: number }
  | { readonly kind: 'unknown' };

/** Slack's answers of `ok: false` that only say that it has trouble; whether it did the work is not known. */
const troubles = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
]);
const rateLimits = new Set(['ratelimited', 'rate_limited', 'message_limit_exceeded']);
const badTokens = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'not_allowed_token_type',
  'missing_scope',
  'no_permission',
  'app_token_required',
]);

export function classify(error: unknown): CallFailure {
  if (error instanceof WebAPIRateLimitedError) return { kind: 'rate-limited', waitMs: error.retryAfter * 1000 };
  // Whoever has no such address has not done it either.
  if (error instanceof WebAPIHTTPError && error.statusCode === 404)
    return { kind: 'refused', reason: 'unknown_method' };
  // A proxy's 403 or 502 has not reached Slack, yet nobody can be sure of that.
  if (error instanceof WebAPIHTTPError) return { kind: 'unknown' };
  if (!(error instanceof WebAPIPlatformError)) return { kind: 'unknown' };
  const reason = error.data.error;
  if (rateLimits.has(reason)) return { kind: 'rate-limited', waitMs: 1000 };
  return troubles.has(reason) ? { kind: 'unknown' } : { kind: 'refused', reason };
}

/** A failed call as an error of pup's. */
export function toAppError(method: string, error: unknown): SlackAuthFailed | SlackRefused | SlackUnavailable {
  if (error instanceof SlackAuthFailed || error instanceof SlackRefused || error instanceof SlackUnavailable)
    return error;
  const failure = classify(error);
  // a proxy that is up before Slack is: the method is there for certain, so a later call may succeed
  const postLater = method === 'chat.postMessage' && error instanceof WebAPIHTTPError;
  if (failure.kind !== 'refused' || postLater) return new SlackUnavailable(method, error);
  if (badTokens.has(failure.reason)) return new SlackAuthFailed(failure.reason, error);
  return new SlackRefused(method, failure.reason, error);
}

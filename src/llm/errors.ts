import { APICallError } from 'ai';
import { z } from 'zod';
import { AppError } from '../errors.ts';

/**
 * None of these keeps its cause: the SDK's errors carry the request body (the prompt), the answer's headers and the
 * provider's own words, which may quote the prompt or a part of the key, and the log writes the messages of causes.
 * What is kept is the status and the provider's short code.
 */

/** The model could not be reached, failed, was too slow, or broke off its answer. */
export class ModelUnavailable extends AppError {
  override readonly name = 'ModelUnavailable';
  readonly code = 'MODEL_UNAVAILABLE';
  readonly retryable = true;
  readonly reason: string;
  readonly status: number | null;
  constructor(reason: string, status: number | null = null) {
    super(`The model is unavailable: ${reason}`);
    this.reason = reason;
    this.status = status;
  }
}

/** The provider asks for fewer requests; `retryAfterMs` is its wish, null when it named none. */
export class ModelRateLimited extends AppError {
  override readonly name = 'ModelRateLimited';
  readonly code = 'MODEL_RATE_LIMITED';
  readonly retryable = true;
  readonly retryAfterMs: number | null;
  constructor(retryAfterMs: number | null) {
    super('The model provider limits the rate of requests');
    this.retryAfterMs = retryAfterMs;
  }
}

/** The account is out of credit; someone has to pay before the next call can succeed. */
export class ModelQuotaExceeded extends AppError {
  override readonly name = 'ModelQuotaExceeded';
  readonly code = 'MODEL_QUOTA_EXCEEDED';
  readonly retryable = false;
  constructor() {
    super('The quota at the model provider is used up');
  }
}

/** The provider does not take this request: wrong key (401), unknown model (404), prompt too long (400) and the like. */
export class ModelRejected extends AppError {
  override readonly name = 'ModelRejected';
  readonly code = 'MODEL_REJECTED';
  readonly retryable = false;
  readonly reason: string;
  readonly status: number | null;
  constructor(reason: string, status: number | null = null) {
    super(`The model provider rejected the request: ${reason}`);
    this.reason = reason;
    this.status = status;
  }
}

/** Texts could not be embedded for a reason other than the provider's answer. */
export class EmbeddingFailed extends AppError {
  override readonly name = 'EmbeddingFailed';
  readonly code = 'EMBEDDING_FAILED';
  readonly retryable: boolean;
  constructor(reason: string, options: { retryable: boolean }) {
    super(`Could not embed: ${reason}`);
    this.retryable = options.retryable;
  }
}

/** Codes and types are words of the protocol (`insufficient_quota`); anything longer could be a quotation. */
const protocolWord = z.union([z.string().regex(/^[\w.-]{1,64}$/), z.number().int().transform(String)]);
const providerErrorSchema = z.object({
  code: protocolWord.nullish().catch(null),
  type: protocolWord.nullish().catch(null),
});
const providerBodySchema = z.object({ error: providerErrorSchema });

/** Translates whatever the SDK, `fetch` or a stream raised. An `AppError` stays as it is. */
export function toModelError(cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  if (APICallError.isInstance(cause)) return fromApiCall(cause);
  if (isTimeout(cause)) return new ModelUnavailable('timeout');
  const network = networkCode(cause);
  if (network !== null) return new ModelUnavailable(network);
  // An error that comes as an event in the middle of a stream has no status, only the provider's object,
  // which the SDK hands on bare or as the `cause` or `data` of an error of its own.
  const provider = providerErrorIn(cause);
  if (provider !== null) return fromStatus(Number(provider.code) || null, words(provider), null);
  if (cause instanceof Error) return new ModelUnavailable(cause.name);
  return new ModelUnavailable('unknown error');
}

function fromApiCall(error: APICallError): AppError {
  const status = error.statusCode ?? null;
  if (status === null)
    return new ModelUnavailable(networkCode(error) ?? (isTimeout(error.cause) ? 'timeout' : 'network'));
  if (status < 300) return new ModelUnavailable('malformed answer', status);
  const body = providerBodySchema.safeParse(error.data ?? parseJson(error.responseBody));
  return fromStatus(status, body.success ? words(body.data.error) : [], retryAfterMs(error.responseHeaders));
}

function fromStatus(status: number | null, reasons: readonly string[], retryAfter: number | null): AppError {
  if (status === 402 || reasons.includes('insufficient_quota')) return new ModelQuotaExceeded();
  if (status === 429 || reasons.some((word) => word.startsWith('rate_limit'))) return new ModelRateLimited(retryAfter);
  const reason = [status === null ? [] : [`status ${status}`], reasons].flat().join(', ') || 'unknown error';
  const refused =
    status === null ? isRefusal(reasons) : status >= 400 && status < 500 && ![408, 409, 425].includes(status);
  return refused ? new ModelRejected(reason, status) : new ModelUnavailable(reason, status);
}

function isRefusal(reasons: readonly string[]): boolean {
  return reasons.some((word) => word.startsWith('invalid_') || word === 'context_length_exceeded');
}

function words(error: z.infer<typeof providerErrorSchema>): readonly string[] {
  return [...new Set([error.code, error.type].filter((word) => typeof word === 'string'))];
}

function providerErrorIn(cause: unknown): z.infer<typeof providerErrorSchema> | null {
  for (const candidate of [cause, property(cause, 'error'), property(cause, 'cause'), property(cause, 'data')]) {
    const parsed = providerErrorSchema.safeParse(candidate);
    if (parsed.success && words(parsed.data).length > 0) return parsed.data;
  }
  return null;
}

/** Node's code of a failed connection (`ECONNREFUSED`, `UND_ERR_SOCKET`), which `fetch` hides under its causes. */
function networkCode(cause: unknown): string | null {
  for (let error = cause, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth += 1) {
    const code = property(error, 'code');
    if (typeof code === 'string' && /^(E[A-Z_]+|UND_ERR_\w+)$/.test(code)) return code;
  }
  return cause instanceof TypeError ? 'network' : null;
}

function isTimeout(cause: unknown): boolean {
  return cause instanceof Error && (cause.name === 'TimeoutError' || cause.name === 'AbortError');
}

/** `retry-after-ms` is OpenAI's; `retry-after` is in seconds or a date. */
function retryAfterMs(headers: Record<string, string> | undefined): number | null {
  const milliseconds = Number.parseFloat(headers?.['retry-after-ms'] ?? '');
  if (milliseconds >= 0) return Math.round(milliseconds);
  const value = headers?.['retry-after'];
  if (value === undefined) return null;
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return Math.round(Number(value) * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now());
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's HTML page, say: the status alone decides then.
    return undefined;
  }
}

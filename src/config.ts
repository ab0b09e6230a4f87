import { z } from 'zod';
import { AppError } from './errors.ts';

/** Some settings are wrong; the message names every one of them. */
export class InvalidSettings extends AppError {
  override readonly name = 'InvalidSettings';
  readonly code = 'INVALID_SETTINGS';
  readonly retryable = false;
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`Wrong settings:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

interface Setting<T> {
  /** One line for `docs/configuration.md` and `.env.example`. */
  readonly doc: string;
  readonly schema: z.ZodType<T>;
  readonly secret?: boolean;
}

const optionalText = z.string().optional();
const positiveInteger = (fallback: number, max: number) =>
  z.coerce.number({ error: 'must be a number' }).int().min(1).max(max).default(fallback);
const port = (fallback: number) =>
  z.coerce.number({ error: 'must be a port number' }).int().min(0).max(65535).default(fallback);
const webAddress = z.url({ protocol: /^https?$/, error: 'must be an http(s) address' }).optional();

/** Every setting that pup knows. The order is that of the generated documents. */
export const settingTable = {
  PORT: { doc: 'Port of the web server: Slack events, the local workspace, health.', schema: port(3000) },
  HOST: {
    doc: 'Address that the web server listens on. The local workspace has no login, so keep it on loopback.',
    schema: z.string().default('localhost'),
  },
  METRICS_PORT: { doc: 'Port of the Prometheus metrics.', schema: port(9090) },
  PUP_ROLE: {
    doc: 'What this process does: `web` (chat and replies), `worker` (queues) or `all`.',
    schema: z.enum(['all', 'web', 'worker']).default('all'),
  },
  PUP_DATA_DIR: { doc: 'Folder of the embedded database.', schema: z.string().min(1).default('.pup') },
  LOG_LEVEL: {
    doc: '`trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`.',
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  },
  DATABASE_URL: {
    doc: 'PostgreSQL 15 or later with pgvector. Without it (and without DB_HOST) pup keeps an embedded database in PUP_DATA_DIR.',
    schema: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// address' }).optional(),
    secret: true,
  },
  DB_HOST: {
    doc: 'PostgreSQL host, where DATABASE_URL is not set; the PG* variables give the rest.',
    schema: optionalText,
  },
  DB_POOL_SIZE: { doc: 'Connections to PostgreSQL of one process.', schema: positiveInteger(10, 500) },
  QUEUE_REDIS_URL: {
    doc: 'Redis of the queues. Without it the queues live in the database.',
    schema: z.url({ protocol: /^rediss?$/, error: 'must be a redis:// address' }).optional(),
    secret: true,
  },
  QUEUE_REDIS_HOST: { doc: 'Host of that Redis on port 6379, where QUEUE_REDIS_URL is not set.', schema: optionalText },
  SLACK_BOT_TOKEN: { doc: 'Bot token (`xoxb-`). With it pup connects to Slack.', schema: optionalText, secret: true },
  SLACK_SIGNING_SECRET: { doc: 'Signing secret; needed for events over HTTP.', schema: optionalText, secret: true },
  SLACK_APP_TOKEN: {
    doc: 'App token (`xapp-`); when set, events come over Socket Mode.',
    schema: optionalText,
    secret: true,
  },
  SLACK_API_URL: { doc: 'Slack Web API address, for tests and proxies.', schema: webAddress },
  LOCAL_WORKSPACE: {
    doc: '`on`, `off`, or `auto`: on unless SLACK_BOT_TOKEN is set.',
    schema: z.enum(['auto', 'on', 'off']).default('auto'),
  },
  OPENAI_API_KEY: {
    doc: 'Key of the OpenAI-compatible endpoint. Without it pup answers in recall mode.',
    schema: optionalText,
    secret: true,
  },
  OPENAI_BASE_URL: {
    doc: 'Address of the endpoint.',
    schema: z.url({ protocol: /^https?$/, error: 'must be an http(s) address' }).default('https://api.openai.com/v1'),
  },
  OPENAI_MODEL: { doc: 'Language model.', schema: z.string().min(1).default('gpt-5-mini') },
  OPENAI_TIMEOUT_MS: {
    doc: 'Longest time for one whole answer, in milliseconds.',
    schema: positiveInteger(120_000, 900_000),
  },
  OPENAI_FIRST_TOKEN_TIMEOUT_MS: {
    doc: 'Longest wait for the first token, in milliseconds.',
    schema: positiveInteger(30_000, 300_000),
  },
  OPENAI_IDLE_TIMEOUT_MS: {
    doc: 'Longest pause inside a stream, in milliseconds.',
    schema: positiveInteger(20_000, 300_000),
  },
  OPENAI_MAX_OUTPUT_TOKENS: { doc: 'Longest answer, in tokens.', schema: positiveInteger(1200, 32_000) },
  OPENAI_MAX_CONTEXT_TOKENS: {
    doc: 'Most context given to the model, in tokens (estimated).',
    schema: positiveInteger(12_000, 400_000),
  },
  OPENAI_EMBEDDING_MODEL: {
    doc: 'Embedding model of the endpoint.',
    schema: z.string().min(1).default('text-embedding-3-small'),
  },
  OPENAI_EMBEDDING_DIMENSIONS: { doc: 'Dimensions of its embeddings.', schema: positiveInteger(512, 4000) },
  EMBEDDINGS: {
    doc: '`local` (the bundled model, no network) or `openai`. Default: `openai` where OPENAI_API_KEY is set, else `local`.',
    schema: z.enum(['local', 'openai']).optional(),
  },
  EMBEDDING_QUEUE_CONCURRENCY: { doc: 'Embedding jobs at a time in one process.', schema: positiveInteger(1, 64) },
  REPLY_CONCURRENCY: { doc: 'Replies written at a time in one process.', schema: positiveInteger(8, 256) },
  REPLY_CATCHUP_MINUTES: {
    doc: 'After an outage pup still answers mentions that are younger than this, in minutes.',
    schema: z.coerce.number({ error: 'must be a number' }).min(0).max(10_080).default(60),
  },
} as const satisfies Record<string, Setting<unknown>>;

export type Settings = { readonly [K in keyof typeof settingTable]: z.infer<(typeof settingTable)[K]['schema']> };

/**
 * Parses the environment into settings. Empty values count as absent.
 * Throws `InvalidSettings`, which names every wrong one.
 */
export function parseSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const shape = Object.fromEntries(Object.entries(settingTable).map(([name, { schema }]) => [name, schema]));
  const given = Object.fromEntries(
    Object.keys(settingTable).flatMap((name) => (environment[name]?.trim() ? [[name, environment[name]?.trim()]] : [])),
  );
  const result = z.object(shape).safeParse(given);
  const problems = result.success
    ? []
    : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  if (given.SLACK_BOT_TOKEN && !given.SLACK_SIGNING_SECRET && !given.SLACK_APP_TOKEN) {
    problems.push(
      'SLACK_BOT_TOKEN: set SLACK_SIGNING_SECRET (events over HTTP) or SLACK_APP_TOKEN (Socket Mode) beside it',
    );
  }
  if (given.EMBEDDINGS === 'openai' && !given.OPENAI_API_KEY) problems.push('EMBEDDINGS: openai needs OPENAI_API_KEY');
  if (problems.length > 0 || !result.success) throw new InvalidSettings(problems);
  // The shape is built from settingTable itself, which Settings is inferred from.
  return result.data as Settings;
}

/** The settings of this process. The only place that reads its environment. */
export function readSettings(): Settings {
  return parseSettings(process.env);
}

/** The effective settings for the start-up log: secrets are only said to be set. */
export function describeSettings(settings: Settings): Record<string, unknown> {
  const secrets = new Set(
    Object.entries<Setting<unknown>>(settingTable).flatMap(([name, { secret }]) => (secret ? [name] : [])),
  );
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) => {
      if (value === undefined) return [];
      return [[name, secrets.has(name) ? '(set)' : value]];
    }),
  );
}

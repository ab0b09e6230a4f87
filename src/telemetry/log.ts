import { type Logger, pino, stdSerializers } from 'pino';
import { errorCode } from '../errors.ts';

export type { Logger } from 'pino';

/** What must never reach a log, wherever it stands in the logged object. */
const secretPaths = [
  'token',
  'authorization',
  'headers',
  '*.token',
  '*.authorization',
  '*.headers',
  'err.config',
  'err.request',
  'err.requestBodyValues',
  'err.responseBody',
  'err.prompt',
  'err.messages',
];

/** One JSON line per event on standard output. Children carry `component`. */
export function createLogger(level: string, destination?: NodeJS.WritableStream): Logger {
  const options = {
    level,
    redact: { paths: secretPaths, censor: '[secret]' },
    serializers: { err: (error: unknown) => describeError(error) },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { type, message, stack } = stdSerializers.err(error);
  return { type, message, stack, code: errorCode(error) };
}

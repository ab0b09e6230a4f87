import { createServer } from 'node:http';
import { Counter, Registry } from 'prom-client';
import type { Logger } from './log.ts';

export interface Metrics {
  readonly registry: Registry;
  /** Events of the chat that tell nothing to remember, by reason: few fixed words, `unknown` for types pup does not know. */
  readonly ignoredEvents: Counter<'reason'>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const ignoredEvents = new Counter({
    name: 'pup_ai_events_ignored_total',
    help: 'Events of the chat that tell nothing to remember',
    labelNames: ['reason'],
    registers: [registry],
  });
  return { registry, ignoredEvents };
}

/**
 * Serves the metrics to Prometheus. A port that is taken costs the metrics and not pup: a laptop may run
 * something else on 9090.
 */
export async function serveMetrics(
  { registry }: Metrics,
  host: string,
  port: number,
  log: Logger,
): Promise<AsyncDisposable> {
  const server = createServer((_request, response) => {
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      (error: unknown) => {
        log.error({ err: error }, 'metrics failed');
        response.writeHead(500).end();
      },
    );
  });
  await new Promise<void>((resolve) => {
    server.once('error', (error) => {
      log.warn({ err: error, port }, 'metrics are not served');
      resolve();
    });
    server.listen(port, host, resolve);
  });
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

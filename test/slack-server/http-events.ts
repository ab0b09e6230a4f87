import { createHmac } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ids } from './workspace.ts';

export interface HttpDeliveryOptions {
  readonly url: string;
  /** Waits before the three redeliveries; Slack's own are nearly none, one minute and five minutes. */
  readonly retryDelaysMs?: readonly number[];
  /** Slack waits for three seconds. */
  readonly timeoutMs?: number;
}

export interface Delivery {
  readonly eventId: string;
  readonly attempt: number;
  /** Null where there was no answer in time. */
  readonly status: number | null;
}

export function signedHeaders(
  body: string,
  timestamp = Math.floor(Date.now() / 1000),
  secret: string = ids.signingSecret,
): Record<string, string> {
  const signature = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  return {
    'content-type': 'application/json',
    'x-slack-request-timestamp': String(timestamp),
    'x-slack-signature': `v0=${signature}`,
  };
}

/** Delivers events over HTTP as Slack does: signed, and again up to three times where there is no 200. */
export class HttpEvents {
  readonly deliveries: Delivery[] = [];
  readonly #options: HttpDeliveryOptions;
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: HttpDeliveryOptions) {
    this.#options = options;
  }

  send(body: { readonly event_id: string }): void {
    const work = this.#deliver(body);
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }

  /** Resolves when every event is delivered or given up. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #deliver(body: { readonly event_id: string }): Promise<void> {
    const { retryDelaysMs = [10, 50, 200] } = this.#options;
    let reason: string | null = null;
    for (const [attempt, waitMs] of [0, ...retryDelaysMs].entries()) {
      if (waitMs > 0) await delay(waitMs);
      const status = await this.#post(JSON.stringify(body), attempt, reason);
      this.deliveries.push({ eventId: body.event_id, attempt, status });
      if (status === 200) return;
      reason = status === null ? 'http_timeout' : 'http_error';
    }
  }

  async #post(body: string, attempt: number, reason: string | null): Promise<number | null> {
    const retry = reason === null ? {} : { 'x-slack-retry-num': String(attempt), 'x-slack-retry-reason': reason };
    try {
      const response = await fetch(this.#options.url, {
        method: 'POST',
        headers: { ...signedHeaders(body), ...retry },
        body,
        signal: AbortSignal.timeout(this.#options.timeoutMs ?? 3000),
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return null;
    }
  }
}

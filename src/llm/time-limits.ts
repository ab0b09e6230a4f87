import { ModelUnavailable } from './errors.ts';

export interface TimeLimitOptions {
  readonly timeoutMs: number;
  readonly firstTokenTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

/**
 * The three limits of an answer; `signal` is aborted with a `ModelUnavailable` when one runs out. The SDK (7.0.173)
 * has limits of the same kind, but its first-chunk limit starts only when the response headers are there, and a
 * server that accepts the connection and then says nothing is the common case of slowness.
 */
export class TimeLimits implements Disposable {
  readonly #controller = new AbortController();
  readonly #options: TimeLimitOptions;
  readonly #whole: NodeJS.Timeout;
  #step: NodeJS.Timeout | undefined;

  constructor(options: TimeLimitOptions) {
    this.#options = options;
    this.#whole = this.#expireAfter(options.timeoutMs, 'the answer took too long');
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  requestSent(): void {
    this.#restart(this.#options.firstTokenTimeoutMs, 'the first token took too long');
  }

  tokenArrived(): void {
    // Parts that come after the end of the request (results of tools) must not start the clock again.
    if (this.#step !== undefined) this.#restart(this.#options.idleTimeoutMs, 'the stream fell silent');
  }

  requestEnded(): void {
    clearTimeout(this.#step);
    this.#step = undefined;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#whole);
    this.requestEnded();
  }

  #restart(timeoutMs: number, reason: string): void {
    clearTimeout(this.#step);
    this.#step = this.#expireAfter(timeoutMs, reason);
  }

  #expireAfter(timeoutMs: number, reason: string): NodeJS.Timeout {
    return setTimeout(() => this.#controller.abort(new ModelUnavailable(reason)), timeoutMs);
  }
}

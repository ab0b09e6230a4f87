/** What goes wrong with the next calls of a method. */
export type Fault = { readonly method: string; readonly times?: number } & (
  | { readonly kind: 'rate-limited'; readonly retryAfter: number }
  /** HTTP 500; the work is not done. */
  | { readonly kind: 'server-error' }
  /** The work is done, and the connection is cut before the answer. */
  | { readonly kind: 'lost-response' }
  /** `ok: false` with this error; the work is not done. */
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'latency'; readonly ms: number }
);

/** The faults that a test has ordered, in their order, per method. */
export class Faults {
  readonly #ordered: { fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#ordered.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#ordered.length = 0;
  }

  take(method: string): Fault | null {
    const at = this.#ordered.findIndex(({ fault }) => fault.method === method);
    const entry = this.#ordered[at];
    if (entry === undefined) return null;
    entry.left -= 1;
    if (entry.left <= 0) this.#ordered.splice(at, 1);
    return entry.fault;
  }
}

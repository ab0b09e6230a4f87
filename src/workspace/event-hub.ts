import type { ServerResponse } from 'node:http';

export interface WorkspaceEvent {
  readonly name: 'message' | 'delete' | 'stream' | 'status' | 'channels';
  /** Who may see it; null: everyone. */
  readonly readers: ReadonlySet<string> | null;
  readonly data: unknown;
}

/** A subscriber that lets so much pile up is cut off; its browser connects again. */
const maxBufferedBytes = 1024 * 1024;
const heartbeatMs = 15_000;

/** Server-sent events to the people who look at the local workspace. */
export class EventHub implements Disposable {
  readonly #subscribers = new Map<ServerResponse, string>();
  /** The latest `stream` and `status` of answers under way, for those who connect in the middle. */
  readonly #underWay = new Map<string, WorkspaceEvent>();
  readonly #heartbeat = setInterval(() => this.#beat(), heartbeatMs).unref();

  subscribe(person: string, response: ServerResponse): void {
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.write(': welcome\n\n');
    this.#subscribers.set(response, person);
    response.on('close', () => this.#subscribers.delete(response));
    for (const event of this.#underWay.values()) this.#send(response, person, event);
  }

  publish(event: WorkspaceEvent): void {
    for (const [response, person] of this.#subscribers) this.#send(response, person, event);
  }

  /** Publishes a passing state and keeps it for later subscribers until `settle`. */
  publishUnderWay(key: string, event: WorkspaceEvent): void {
    this.#underWay.set(key, event);
    this.publish(event);
  }

  settle(key: string): void {
    this.#underWay.delete(key);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#heartbeat);
    for (const response of this.#subscribers.keys()) response.end();
    this.#subscribers.clear();
  }

  #send(response: ServerResponse, person: string, event: WorkspaceEvent): void {
    if (event.readers !== null && !event.readers.has(person)) return;
    response.write(`event: ${event.name}\ndata: ${JSON.stringify(event.data)}\n\n`);
    if (response.writableLength > maxBufferedBytes) response.destroy();
  }

  #beat(): void {
    for (const response of this.#subscribers.keys()) response.write(': still here\n\n');
  }
}

import type { ReplyStream } from '../conversation/chat.ts';
import { classify } from './clients.ts';
import { createPingGuard } from './neutralise-pings.ts';
import { type Posting, publish } from './post-reply.ts';
import { CannotStream, neverStreams, type Surface, streamSurface, updateSurface } from './reply-surfaces.ts';

export interface ReplyStreamOptions extends Posting {
  /** What an earlier attempt has left standing; the reply goes on in it. */
  readonly standing: readonly string[];
  readonly mayStream: boolean;
  /** Slack does not stream in such places. */
  readonly onNeverStreams: () => void;
}

/**
 * One reply on its way to Slack. Appended text shows as often as Slack's limits allow, one call at a time, and of
 * several that wait the last state wins. What fails while showing is logged; `finish` shows the whole anyway.
 */
export class SlackReplyStream implements ReplyStream {
  readonly #options: ReplyStreamOptions;
  readonly #guard = createPingGuard();
  #surface: Surface;
  #text = '';
  #timer: NodeJS.Timeout | null = null;
  #showing: Promise<void> | null = null;
  #nextAt = 0;
  #ended = false;

  constructor(options: ReplyStreamOptions) {
    this.#options = options;
    const streams = options.mayStream && options.standing.length === 0;
    this.#surface = streams ? streamSurface(options) : updateSurface(options, options.standing);
  }

  async append(markdown: string): Promise<void> {
    if (this.#ended) return;
    this.#text += this.#guard.push(markdown.replaceAll('\0', '').toWellFormed());
    this.#schedule();
  }

  async finish(markdown: string): Promise<{ readonly ts: string }> {
    this.#ended = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#showing;
    const standing = await this.#surface.end();
    return { ts: await publish(this.#options, standing, markdown) };
  }

  #schedule(): void {
    if (this.#ended || this.#timer !== null || this.#showing !== null || this.#text.trim() === '') return;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.#showing = this.#show().then((again) => {
          this.#showing = null;
          if (again) this.#schedule();
        });
      },
      Math.max(0, this.#nextAt - Date.now()),
    );
    this.#timer.unref();
  }

  /** Whether there is more to show, or the same again. */
  async #show(): Promise<boolean> {
    const text = this.#text;
    this.#nextAt = Date.now() + this.#surface.intervalMs;
    let again = false;
    try {
      await this.#surface.show(text);
    } catch (error) {
      again = this.#takeFailure(error);
    }
    return again || this.#text !== text;
  }

  #takeFailure(error: unknown): boolean {
    const { log, place } = this.#options;
    if (error instanceof CannotStream) {
      log.info({ channel: place.channel, reason: error.reason }, 'no streaming here; editing a message instead');
      if (neverStreams(error)) this.#options.onNeverStreams();
      this.#surface = updateSurface(this.#options, []);
      this.#nextAt = 0;
      return true;
    }
    const failure = classify(error);
    const waitMs = failure.kind === 'rate-limited' ? failure.waitMs + 100 : 2000;
    this.#nextAt = Date.now() + waitMs;
    log.warn({ channel: place.channel, err: error }, 'could not show a part of the answer');
    return failure.kind === 'rate-limited';
  }
}

import type { Remembered } from '../db/remembered.ts';
import type { SourceRef } from './chat.ts';

/** Says where a message stands, for a person. */
export type Permalink = (channel: string, ts: string, threadTs: string | null) => string;

const citation = /\[(m\d+(?:\s*[,;]\s*m\d+)*)\]/g;

/**
 * The remembered messages that one answer was given, each under a label ("m3") by which the model
 * cites it. Only what stands here can become a link or a source.
 */
export class Evidence {
  readonly #byLabel = new Map<string, Remembered>();
  readonly #labels = new Map<string, string>();
  readonly #permalink: Permalink;
  readonly #timeZone: string;

  constructor(permalink: Permalink, timeZone: string) {
    this.#permalink = permalink;
    this.#timeZone = timeZone;
  }

  /** The message's label; a message that was added before keeps its own. */
  add(message: Remembered): string {
    const identity = `${message.channel} ${message.ts}`;
    const known = this.#labels.get(identity);
    if (known !== undefined) return known;
    const label = `m${this.#labels.size + 1}`;
    this.#labels.set(identity, label);
    this.#byLabel.set(label, message);
    return label;
  }

  get(label: string): Remembered | undefined {
    return this.#byLabel.get(label);
  }

  all(): readonly Remembered[] {
    return [...this.#byLabel.values()];
  }

  /** The message as the model sees it: data between tags, which its text cannot close. */
  quote(message: Remembered, maxCharacters = 2000): string {
    const label = this.add(message);
    const files = message.fileNames.length === 0 ? '' : ` files="${attribute(message.fileNames.join(', '))}"`;
    const author = message.byPup ? 'pup (you)' : message.authorName;
    const said = `id="${label}" author="${attribute(author)}" place="${attribute(placeName(message))}" time="${formatTime(message.ts, this.#timeZone)}"${files}`;
    return `<message ${said}>${content(cut(message.text, maxCharacters))}</message>`;
  }

  /** Replaces the citations by links; labels that were never given out vanish. Returns what was cited, in order. */
  link(answer: string): { readonly markdown: string; readonly sources: SourceRef[] } {
    const cited = new Map<string, SourceRef>();
    const markdown = answer.replace(citation, (_, labels: string) =>
      labels
        .split(/[,;]/)
        .flatMap((label) => {
          const message = this.#byLabel.get(label.trim());
          if (message === undefined) return [];
          cited.set(label.trim(), this.source(message));
          return [`(${this.markdownLink(message)})`];
        })
        .join(' '),
    );
    return { markdown, sources: [...cited.values()] };
  }

  source({ channel, ts, threadTs }: Remembered): SourceRef {
    return { channel, ts, threadTs, permalink: this.#permalink(channel, ts, threadTs) };
  }

  /** "[#launch, 12 May](…)" */
  markdownLink(message: Remembered): string {
    const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: this.#timeZone }).format(
      toDate(message.ts),
    );
    return `[${linkLabel(`${placeName(message)}, ${day}`)}](${this.source(message).permalink})`;
  }

  /** "Mara in #launch, 12 May 2026, 14:03" as a link. */
  longMarkdownLink(message: Remembered): string {
    const when = new Intl.DateTimeFormat('en-GB', {
      dateStyle: 'medium',
      timeStyle: 'short',
      timeZone: this.#timeZone,
    }).format(toDate(message.ts));
    return `[${linkLabel(`${message.authorName} in ${placeName(message)}, ${when}`)}](${this.source(message).permalink})`;
  }
}

/** How much of a growing answer may be shown already: all but the start of a citation at its end. */
export function withoutOpenCitation(text: string): string {
  return text.replace(/\[(?:m[\dm,;\s]*)?$/, '');
}

/** "#launch", "a direct message", "a group message". */
export function placeName({
  kind,
  channelName,
  channel,
}: Pick<Remembered, 'kind' | 'channelName' | 'channel'>): string {
  if (kind === 'direct') return 'direct message';
  if (kind === 'group') return 'group message';
  return `#${channelName ?? channel}`;
}

/** "Tue 2026-05-12 14:03", in the given zone. */
export function formatTime(ts: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
  }).formatToParts(toDate(ts));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((found) => found.type === type)?.value ?? '';
  return `${part('weekday')} ${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}`;
}

export function cut(text: string, maxCharacters: number): string {
  return text.length <= maxCharacters ? text : `${text.slice(0, maxCharacters).toWellFormed()} …`;
}

function toDate(ts: string): Date {
  return new Date(Number(ts) * 1000);
}

function linkLabel(text: string): string {
  return text.replaceAll(/[[\]\\\n]/g, ' ');
}

function content(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function attribute(text: string): string {
  return content(text).replaceAll('"', '&quot;').replaceAll('\n', ' ');
}

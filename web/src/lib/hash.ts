/** A place in the workspace, as the address shows it. */
export interface Place {
  readonly channel: string;
  /** The message to jump to and highlight. */
  readonly ts?: string | undefined;
  /** The root of the open thread. */
  readonly thread?: string | undefined;
}

const tsPattern = /^\d+\.\d+$/;
const asTs = (text: string | null | undefined): string | undefined => (text && tsPattern.test(text) ? text : undefined);

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A lone "%" typed into the address bar: taken as it stands.
    return part;
  }
}

/** Reads `#/C02`, `#/C02/<ts>`, `#/C02/<ts>?thread=<ts>` and `#/C02?thread=<ts>`; null for anything else. */
export function parseHash(hash: string): Place | null {
  const match = /^#\/([^/?#]+)(?:\/([^/?#]*))?(?:\?(.*))?$/.exec(hash);
  if (!match?.[1]) return null;
  return {
    channel: decode(match[1]),
    ts: asTs(match[2]),
    thread: asTs(new URLSearchParams(match[3] ?? '').get('thread')),
  };
}

export function formatHash(place: Place): string {
  const path = `#/${encodeURIComponent(place.channel)}${place.ts ? `/${place.ts}` : ''}`;
  return place.thread ? `${path}?thread=${place.thread}` : path;
}

// pup's permalinks say localhost, and the page may have been opened by the address.
const originOf = ({ protocol, hostname, port }: URL): string =>
  `${protocol}//${/^(?:127\.0\.0\.1|\[::1\])$/.test(hostname) ? 'localhost' : hostname}:${port}`;

/** The place that a link leads to when it is one of our permalinks; null for links to elsewhere. */
export function placeOfLink(href: string, base: string): Place | null {
  if (!URL.canParse(href, base)) return null;
  const url = new URL(href, base);
  const here = new URL(base);
  if (originOf(url) !== originOf(here) || url.pathname !== here.pathname) return null;
  return parseHash(url.hash);
}

/** Where a message is: a reply opens its thread, everything else stands in the channel. */
export function placeOfMessage(message: {
  readonly channel: string;
  readonly ts: string;
  readonly thread_ts?: string | null | undefined;
}): Place {
  const { channel, ts, thread_ts } = message;
  return thread_ts && thread_ts !== ts ? { channel, ts, thread: thread_ts } : { channel, ts };
}

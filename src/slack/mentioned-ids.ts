import { isFields } from './blocks-to-text.ts';

export interface MentionedIds {
  readonly people: readonly string[];
  readonly channels: readonly string[];
}

/** What an event of 1 MiB can hold at most in useful parts; more is not looked at. */
const maxParts = 50_000;
/** Each may cost the caller a request. */
const maxIds = 200;

/**
 * The people and channels that an event (or any part of one) names by id, so that the caller can fetch their
 * names before it parses. At most 200 of each.
 */
export function mentionedIds(event: unknown): MentionedIds {
  const { people, channels } = collectIds(event);
  return { people: [...people].slice(0, maxIds), channels: [...channels].slice(0, maxIds) };
}

/** Whether `part` of a message mentions this person. */
export function mentions(part: unknown, person: string): boolean {
  return collectIds(part).people.has(person);
}

/** Level by level, with a queue of its own: what is shallow is seen first, and depth cannot overflow the stack. */
function collectIds(root: unknown): { readonly people: Set<string>; readonly channels: Set<string> } {
  const people = new Set<string>();
  const channels = new Set<string>();
  const queue: unknown[] = [root];
  for (let at = 0; at < queue.length && at < maxParts; at++) {
    const part = queue[at];
    if (typeof part === 'string') findTokens(part, people, channels);
    else if (Array.isArray(part)) pushAll(queue, part);
    else if (isFields(part)) {
      if (part.type === 'user') addId(people, part.user_id);
      if (part.type === 'channel') addId(channels, part.channel_id);
      // These events name a channel and say nothing of it.
      if (part.type === 'channel_shared' || part.type === 'channel_unshared') addId(channels, part.channel);
      pushAll(queue, Object.values(part));
    }
  }
  return { people, channels };
}

function pushAll(queue: unknown[], parts: readonly unknown[]): void {
  for (const part of parts.slice(0, maxParts))
    if (typeof part === 'string' || typeof part === 'object') queue.push(part);
}

function addId(ids: Set<string>, id: unknown): void {
  if (typeof id === 'string') ids.add(id);
}

function findTokens(text: string, people: Set<string>, channels: Set<string>): void {
  for (const match of text.matchAll(/<([@#])([\w-]{1,64})(?:\|[^<>]*)?>/g))
    addId(match[1] === '@' ? people : channels, match[2]);
}

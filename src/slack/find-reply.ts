import { createHash } from 'node:crypto';
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { ReplyPlace } from '../conversation/chat.ts';
import { toAppError } from './clients.ts';
import { type PupIdentity, replyEventType } from './parse-message.ts';

/** What the metadata of a posted reply says. `finished` once the part has its final text. */
export interface ReplyPart {
  readonly key: string;
  readonly state: 'streaming' | 'finished';
  readonly part: number;
  readonly parts: number;
}

export interface FoundReply {
  /** The ts of the first part where all parts stand finished. */
  readonly finished: string | null;
  /** The messages of an unfinished reply, in the order of their parts. */
  readonly standing: readonly string[];
  /** By the number of the part. */
  readonly parts: ReadonlyMap<number, string>;
}

const partSchema = z.object({
  event_type: z.literal(replyEventType),
  event_payload: z.object({
    key: z.string(),
    state: z.enum(['streaming', 'finished']),
    part: z.number().int().positive(),
    parts: z.number().int().positive(),
  }),
});
const messageSchema = z.object({
  ts: z.string(),
  user: z.string().nullish(),
  bot_id: z.string().nullish(),
  text: z.string().nullish(),
  blocks: z.unknown().optional(),
  metadata: z.unknown().optional(),
});
const pageSchema = z.object({
  messages: z.array(z.unknown()).default([]),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

export function replyMetadata(part: ReplyPart): { event_type: string; event_payload: Record<string, string | number> } {
  return { event_type: replyEventType, event_payload: { ...part } };
}

const maxPages = 10;

/**
 * Looks where the reply would stand for what has been posted under its key, by metadata or, in a stream, by its
 * marker. Rejects where Slack does not answer: nothing may be posted then.
 */
export async function findReply(
  client: WebClient,
  place: ReplyPlace,
  key: string,
  pup: PupIdentity,
): Promise<FoundReply> {
  const method = place.threadTs === null ? 'conversations.history' : 'conversations.replies';
  const found: { ts: string; part: ReplyPart | null }[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const result = await readPage(client, method, {
      channel: place.channel,
      ...(place.threadTs === null ? {} : { ts: place.threadTs }),
      // a reply is younger than its question
      oldest: place.askedTs,
      include_all_metadata: true,
      limit: 200,
      ...(cursor === undefined ? {} : { cursor }),
    });
    found.push(...result.messages.flatMap((message) => ownPart(message, key, pup)));
    cursor = result.response_metadata?.next_cursor;
    if (!cursor) break;
  }
  return toFound(found);
}

async function readPage(
  client: WebClient,
  method: string,
  args: Record<string, unknown>,
): Promise<z.infer<typeof pageSchema>> {
  try {
    return pageSchema.parse(await client.apiCall(method, args));
  } catch (error) {
    throw toAppError(method, error);
  }
}

function ownPart(raw: unknown, key: string, pup: PupIdentity): { ts: string; part: ReplyPart | null }[] {
  const message = messageSchema.safeParse(raw);
  if (!message.success) return [];
  const { ts, user, bot_id, text, blocks, metadata } = message.data;
  if (user !== pup.userId && bot_id !== pup.botId) return [];
  const part = partSchema.safeParse(metadata);
  if (part.success) return part.data.event_payload.key === key ? [{ ts, part: part.data.event_payload }] : [];
  const marker = streamMarker(key);
  const marked = text?.includes(marker) === true || (JSON.stringify(blocks) ?? '').includes(marker);
  return marked ? [{ ts, part: null }] : [];
}

function toFound(found: readonly { ts: string; part: ReplyPart | null }[]): FoundReply {
  const ordered = found.toSorted((a, b) => (a.part?.part ?? 1) - (b.part?.part ?? 1) || a.ts.localeCompare(b.ts));
  const parts = new Map<number, string>();
  for (const { ts, part } of ordered) if (part !== null && !parts.has(part.part)) parts.set(part.part, ts);
  const first = ordered.find(({ part }) => part?.part === 1);
  const count = first?.part?.parts ?? 0;
  const isThere = (number: number) =>
    ordered.some(({ part }) => part?.part === number && part.parts === count && part.state === 'finished');
  const complete = count > 0 && Array.from({ length: count }, (_, index) => index + 1).every(isThere);
  return { finished: complete ? (first?.ts ?? null) : null, standing: ordered.map(({ ts }) => ts), parts };
}

/**
 * `chat.startStream` takes no metadata, so a stream carries its key in signs without width until it is stopped:
 * 32 bits of the key's hash between two U+2063.
 */
export function streamMarker(key: string): string {
  const bits = createHash('sha256').update(key).digest().readUInt32BE(0).toString(2).padStart(32, '0');
  return `\u2063${bits.replaceAll('0', '\u200b').replaceAll('1', '\u200c')}\u2063`;
}

/** Puts the marker behind the first word, where it cannot stand in the way of a heading, a list or emphasis. */
export function withMarker(markdown: string, key: string): string {
  const end = markdown.search(/(?<=[\p{L}\p{N}])(?=\s|$)/u);
  const at = end < 0 ? markdown.length : end;
  return markdown.slice(0, at) + streamMarker(key) + markdown.slice(at);
}

import { setTimeout as delay } from 'node:timers/promises';
import { WebAPIPlatformError, type WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { ReplyPlace } from '../conversation/chat.ts';
import type { Logger } from '../telemetry/log.ts';
import type { ChannelGate } from './channel-gate.ts';
import { classify, toAppError } from './clients.ts';
import { SlackUnavailable } from './errors.ts';
import { type FoundReply, findReply, type ReplyPart, replyMetadata } from './find-reply.ts';
import type { PupIdentity } from './parse-message.ts';
import { type SlackPost, toSlackPosts } from './to-slack-markdown.ts';

export interface Posting {
  readonly client: WebClient;
  readonly gate: ChannelGate;
  readonly place: ReplyPlace;
  readonly key: string;
  readonly pup: PupIdentity;
  readonly log: Logger;
}

const attempts = 4;
const firstDelayMs = 250;
const tsSchema = z.object({ ts: z.string() });

/** The ts in Slack's answer to a post. */
export function tsOf(result: unknown): string {
  return tsSchema.parse(result).ts;
}

/** Looks for the reply, and again where Slack does not answer at once. */
export async function lookForReply({ client, place, key, pup }: Posting): Promise<FoundReply> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await findReply(client, place, key, pup);
    } catch (error) {
      if (!(error instanceof SlackUnavailable) || attempt >= attempts) throw error;
      await delay(waitAfter(error.cause, attempt));
    }
  }
}

/**
 * Posts one part once. Where the outcome of a call is unknown (no answer, an error of the server) it looks for the
 * part before it posts again, so a lost answer never doubles a post.
 */
export async function postPart(posting: Posting, post: SlackPost, part: ReplyPart): Promise<string> {
  const { client, gate, place, log } = posting;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return tsOf(await gate.run(place.channel, () => client.chat.postMessage(messageOf(place, post, part))));
    } catch (error) {
      if (classify(error).kind !== 'unknown' || attempt >= attempts) throw toAppError('chat.postMessage', error);
      log.warn({ channel: place.channel, attempt, err: error }, 'outcome of a post unknown; looking for it');
      await delay(waitAfter(error, attempt));
    }
    const ts = (await lookForReply(posting)).parts.get(part.part);
    if (ts !== undefined) return ts;
  }
}

function messageOf(place: ReplyPlace, { text, blocks }: SlackPost, part: ReplyPart) {
  return {
    channel: place.channel,
    ...(place.threadTs === null ? {} : { thread_ts: place.threadTs }),
    text,
    blocks: [...blocks],
    metadata: replyMetadata(part),
    unfurl_links: false,
    unfurl_media: false,
  };
}

/**
 * Replaces a message of pup's. False where it cannot be replaced any more: it was deleted, or may no longer be
 * edited. Doing it twice does no harm, so it simply tries again.
 */
export async function updatePart(posting: Posting, ts: string, post: SlackPost, part: ReplyPart): Promise<boolean> {
  const { client, gate, place } = posting;
  const args = { channel: place.channel, ts, text: post.text, blocks: [...post.blocks], metadata: replyMetadata(part) };
  for (let attempt = 1; ; attempt += 1) {
    try {
      await gate.run(place.channel, () => client.chat.update(args));
      return true;
    } catch (error) {
      const failure = classify(error);
      if (failure.kind === 'refused' && failure.reason === 'streaming_state_conflict' && attempt < attempts) {
        await stopStream(posting, ts);
        continue;
      }
      if (failure.kind === 'refused' && goneReasons.has(failure.reason)) return false;
      if (failure.kind !== 'unknown' || attempt >= attempts) throw toAppError('chat.update', error);
      await delay(waitAfter(error, attempt));
    }
  }
}

const goneReasons = new Set([
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
  'streaming_state_conflict',
  'update_failed',
]);

/** Ends a stream and puts the key into its metadata. An end that fails shows when the message is replaced. */
export async function stopStream({ client, gate, place, key, log }: Posting, ts: string): Promise<void> {
  const metadata = replyMetadata({ key, state: 'streaming', part: 1, parts: 1 });
  try {
    await gate.run(place.channel, () => client.chat.stopStream({ channel: place.channel, ts, metadata }));
  } catch (error) {
    if (isExpired(error)) return;
    log.warn({ channel: place.channel, err: error }, 'could not stop a stream');
  }
}

/** Slack ends a stream by itself after some minutes. */
export function isExpired(error: unknown): boolean {
  if (!(error instanceof WebAPIPlatformError)) return false;
  return ['message_not_in_streaming_state', 'streaming_state_conflict', 'message_not_found'].includes(error.data.error);
}

/** Takes away a message that another one has replaced. It may stay where Slack refuses. */
export async function removePost({ client, gate, place, log }: Posting, ts: string): Promise<void> {
  try {
    await gate.run(place.channel, () => client.chat.delete({ channel: place.channel, ts }));
  } catch (error) {
    const failure = classify(error);
    if (failure.kind === 'refused' && failure.reason === 'message_not_found') return;
    log.warn({ channel: place.channel, ts, err: error }, 'could not delete a replaced message');
  }
}

/**
 * Makes the whole answer stand, in the messages that stand already as far as they reach. Every part says how many
 * there are, so that an attempt that died between two of them is seen, and made good by the next one.
 */
export async function publish(posting: Posting, standing: readonly string[], markdown: string): Promise<string> {
  const made = toSlackPosts(markdown);
  const posts = made.length > 0 ? made : toSlackPosts('…');
  let first: string | null = null;
  for (const [index, post] of posts.entries()) {
    const part: ReplyPart = { key: posting.key, state: 'finished', part: index + 1, parts: posts.length };
    const old = standing[index];
    const updated = old !== undefined && (await updatePart(posting, old, post, part));
    const ts = updated ? old : await postPart(posting, post, part);
    if (old !== undefined && !updated) await removePost(posting, old);
    first ??= ts;
  }
  for (const ts of standing.slice(posts.length)) await removePost(posting, ts);
  if (first === null) throw new Error('an answer has at least one part');
  return first;
}

function waitAfter(error: unknown, attempt: number): number {
  const failure = classify(error);
  if (failure.kind === 'rate-limited') return Math.min(30_000, failure.waitMs + 100);
  return firstDelayMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
}

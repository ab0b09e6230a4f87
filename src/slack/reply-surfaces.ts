import { classify } from './clients.ts';
import { replyMetadata, withMarker } from './find-reply.ts';
import { isExpired, lookForReply, type Posting, postPart, removePost, stopStream, tsOf } from './post-reply.ts';
import { maxPost, toSlackPosts } from './to-slack-markdown.ts';

/** Where an answer shows while it is being written. */
export interface Surface {
  /** Shortest time between two calls, in milliseconds. */
  readonly intervalMs: number;
  /** Shows the answer so far. `text` only ever grows. */
  show(text: string): Promise<void>;
  /** Ends the showing; the messages that stand then. */
  end(): Promise<readonly string[]>;
}

/** Slack will not stream here; nothing was shown. */
export class CannotStream extends Error {
  readonly reason: string;
  constructor(reason: string, cause: unknown) {
    super(`Slack does not stream here: ${reason}`, { cause });
    this.reason = reason;
  }
}

/**
 * Slack's own streaming, as `WebClient.chatStream` does it, but with the three calls themselves: that helper sends
 * its buffer again after a lost answer, and cannot go on in a stream that it has not started.
 * `chat.appendStream` allows about 100 calls a minute in a workspace.
 */
export function streamSurface(posting: Posting): Surface {
  const { client, place, log } = posting;
  const state = { ts: null as string | null, sent: 0, lost: false };
  const start = async (text: string) => {
    const result = await client.apiCall('chat.startStream', {
      channel: place.channel,
      ...(place.threadTs === null ? {} : { thread_ts: place.threadTs }),
      ...(place.kind === 'direct' ? {} : { recipient_user_id: place.asker, recipient_team_id: place.team }),
      markdown_text: withMarker(text, posting.key),
    });
    return tsOf(result);
  };
  const open = async (text: string) => {
    if (state.lost) {
      // the answer to an earlier start was lost, and it may have worked
      state.ts = (await lookForReply(posting)).standing.at(-1) ?? null;
      state.lost = false;
      if (state.ts !== null) return;
    }
    try {
      state.ts = await start(text);
      state.sent = text.length;
    } catch (error) {
      const failure = classify(error);
      if (failure.kind === 'refused') throw new CannotStream(failure.reason, error);
      state.lost = failure.kind === 'unknown';
      throw error;
    }
  };
  const restart = async (text: string, expired: string) => {
    log.info({ channel: place.channel }, 'stream expired; going on in a new message');
    state.ts = await start(text);
    state.sent = text.length;
    // after the new one stands, so that the answer never vanishes
    await removePost(posting, expired);
  };
  return {
    intervalMs: 700,
    async show(full) {
      const text = full.slice(0, maxPost - 100);
      if (text.length <= state.sent) return;
      if (state.ts === null) return open(text);
      const piece = text.slice(state.sent);
      try {
        await client.chat.appendStream({ channel: place.channel, ts: state.ts, markdown_text: piece });
        state.sent = text.length;
      } catch (error) {
        if (isExpired(error)) return restart(text, state.ts);
        // it may have been appended; shown twice is worse than shown late, and the end shows the whole
        if (classify(error).kind === 'unknown') state.sent = text.length;
        throw error;
      }
    },
    async end() {
      if (state.ts === null && state.lost) return (await lookForReply(posting)).standing;
      if (state.ts === null) return [];
      await stopStream(posting, state.ts);
      return [state.ts];
    },
  };
}

/** One message that is edited: where there is no streaming, and where an earlier attempt's message goes on. */
export function updateSurface(posting: Posting, standing: readonly string[]): Surface {
  const { client, place, key } = posting;
  const part = { key, state: 'streaming' as const, part: 1, parts: 1 };
  let messages = standing;
  let tried = standing.length > 0;
  return {
    // chat.update is a Tier 3 method: about 50 a minute
    intervalMs: 1200,
    async show(text) {
      const post = toSlackPosts(text)[0];
      if (post === undefined) return;
      const ts = messages[0];
      if (ts === undefined) {
        tried = true;
        messages = [await postPart(posting, post, part)];
        return;
      }
      const args = {
        channel: place.channel,
        ts,
        text: post.text,
        blocks: [...post.blocks],
        metadata: replyMetadata(part),
      };
      try {
        await client.chat.update(args);
      } catch (error) {
        if (!isExpired(error)) throw error;
        // a stream of an attempt that died; it can be edited once it is stopped
        await stopStream(posting, ts);
        await client.chat.update(args);
      }
    },
    async end() {
      // a post whose outcome was never learned may stand
      if (messages.length === 0 && tried) return (await lookForReply(posting)).standing;
      return messages;
    },
  };
}

const wontStream = new Set([
  'unknown_method',
  'method_not_supported_for_channel_type',
  'feature_not_enabled',
  'invalid_thread_ts',
  'invalid_arguments',
]);

/** Whether asking again in such a place is a waste of a call. */
export function neverStreams(error: CannotStream): boolean {
  return wontStream.has(error.reason);
}

import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Chat, ReplyPlace, ReplyStream } from '../conversation/chat.ts';
import type { Logger } from '../telemetry/log.ts';
import { createChannelGate } from './channel-gate.ts';
import type { PupIdentity } from './parse-message.ts';
import { lookForReply, type Posting } from './post-reply.ts';
import { SlackReplyStream } from './reply-stream.ts';
import { createSeenSign } from './seen-sign.ts';

/** A workspace that pup is installed in, as `auth.test` tells it. */
export interface SlackTeam extends PupIdentity {
  readonly team: string;
  /** "https://acme.slack.com/" */
  readonly url: string;
}

export interface SlackChatOptions {
  readonly postClient: WebClient;
  readonly readClient: WebClient;
  /** The workspace; throws `SlackNotConnected` while it is not known. */
  readonly team: (team: string) => SlackTeam;
  readonly log: Logger;
}

export interface OpenReplyOptions {
  /** Nobody has tried this reply before, so there is nothing to look for. */
  readonly firstAttempt?: boolean;
}

export interface SlackChat extends Chat {
  openReply(
    place: ReplyPlace,
    key: string,
    options?: OpenReplyOptions,
  ): Promise<{ readonly finished: string | null; readonly stream: ReplyStream }>;
}

/** Slack as a chat. Posts are never doubled: see `postPart`. */
export function createSlackChat({ postClient, readClient, team, log }: SlackChatOptions): SlackChat {
  const gate = createChannelGate();
  const sign = createSeenSign(postClient, log);
  const streamless = new Set<string>();
  return {
    pupId: (id) => team(id).userId,
    showSeen: (place) => sign.show(place),
    clearSeen: (place) => sign.clear(place),
    async openReply(place, key, options = {}) {
      const posting: Posting = { client: postClient, gate, place, key, pup: team(place.team), log };
      const kindOfPlace = `${place.kind} ${place.threadTs === null}`;
      const found = options.firstAttempt === true ? null : await lookForReply(posting);
      const stream = new SlackReplyStream({
        ...posting,
        standing: found?.standing ?? [],
        // outside of threads Slack streams in direct messages at most
        mayStream: (place.threadTs !== null || place.kind === 'direct') && !streamless.has(kindOfPlace),
        onNeverStreams: () => streamless.add(kindOfPlace),
      });
      return { finished: found?.finished ?? null, stream };
    },
    permalink: (id, channel, ts, threadTs) => permalink(team(id).url, channel, ts, threadTs),
    membersOf: (_team, channel) => readMembers(readClient, channel, log),
  };
}

/** As Slack writes them; its own method for them would cost a call per link. */
export function permalink(url: string, channel: string, ts: string, threadTs: string | null): string {
  const link = `${url.replace(/\/$/, '')}/archives/${channel}/p${ts.replace('.', '')}`;
  return threadTs === null || threadTs === ts ? link : `${link}?thread_ts=${threadTs}&cid=${channel}`;
}

const membersSchema = z.object({ members: z.array(z.string()) });

/** Null where Slack does not say all of them. */
export async function readMembers(client: WebClient, channel: string, log: Logger): Promise<readonly string[] | null> {
  const members: string[] = [];
  try {
    for await (const page of client.paginate('conversations.members', { channel, limit: 200 })) {
      members.push(...membersSchema.parse(page).members);
    }
    return members;
  } catch (error) {
    log.warn({ channel, err: error }, 'could not read the members of a conversation');
    return null;
  }
}

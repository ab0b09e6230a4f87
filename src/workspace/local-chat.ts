import type { Chat, ReceiveEvents, ReplyPlace, ReplyStream } from '../conversation/chat.ts';
import { NotFound } from '../errors.ts';
import type { EventHub } from './event-hub.ts';
import { localPup, localTeam, type Room, type WorkspaceReads } from './reads.ts';
import { localPermalink, readersOf, toWireMessage } from './wire.ts';

export interface LocalChatOptions {
  readonly reads: WorkspaceReads;
  readonly receive: ReceiveEvents;
  readonly hub: EventHub;
  readonly nextTs: () => string;
}

/** At most so often a growing answer is shown anew. */
const showEveryMs = 50;

/** The local workspace as a chat: pup's answers become messages in the same store as everybody's. */
export function createLocalChat(options: LocalChatOptions): Chat {
  const { reads, hub } = options;
  const showStatus = async (place: ReplyPlace, text: string | null) => {
    const room = await findRoom(reads, place.channel);
    const { channel, threadTs, askedTs } = place;
    const key = `status ${channel} ${askedTs}`;
    const data = { channel, thread_ts: threadTs, asked_ts: askedTs, text };
    const event = { name: 'status', readers: readersOf(room), data } as const;
    if (text === null) {
      hub.settle(key);
      hub.publish(event);
    } else hub.publishUnderWay(key, event);
  };
  return {
    pupId: () => localPup,
    showSeen: (place) => showStatus(place, 'pup is reading …'),
    clearSeen: (place) => showStatus(place, null),
    async openReply(place, key) {
      const finished = await reads.replyPosted(place.channel, key);
      return { finished, stream: openStream(options, place, key, await findRoom(reads, place.channel)) };
    },
    permalink: (_team, channel, ts, threadTs) => localPermalink(channel, ts, threadTs),
    async membersOf(_team, channel) {
      const room = (await reads.rooms()).find(({ id }) => id === channel);
      return room?.members ?? null;
    },
  };
}

async function findRoom(reads: WorkspaceReads, channel: string): Promise<Room> {
  const room = (await reads.rooms()).find(({ id }) => id === channel);
  if (room === undefined) throw new NotFound(`There is no conversation ${channel}`);
  return room;
}

function openStream(
  { reads, receive, hub, nextTs }: LocalChatOptions,
  place: ReplyPlace,
  key: string,
  room: Room,
): ReplyStream {
  let shown = '';
  let timer: NodeJS.Timeout | null = null;
  const streamKey = `stream ${place.channel} ${key}`;
  const show = () => {
    timer = null;
    const data = { channel: place.channel, thread_ts: place.threadTs, key, text: shown };
    hub.publishUnderWay(streamKey, { name: 'stream', readers: readersOf(room), data });
  };
  return {
    async append(markdown) {
      shown += markdown;
      timer ??= setTimeout(show, showEveryMs);
    },
    async finish(markdown) {
      if (timer !== null) clearTimeout(timer);
      const ts = nextTs();
      const message = {
        channel: place.channel,
        ts,
        threadTs: place.threadTs,
        author: localPup,
        authorIsBot: true,
        text: markdown,
        rawText: markdown,
        subtype: null,
        editedTs: null,
        files: [],
        mentionsPup: false,
        replyKey: key,
      };
      await receive([{ type: 'message', team: localTeam, kind: place.kind, message }]);
      hub.settle(streamKey);
      const posted = await reads.message(place.channel, ts);
      if (posted !== null) hub.publish({ name: 'message', readers: readersOf(room), data: toWireMessage(posted) });
      return { ts };
    },
  };
}

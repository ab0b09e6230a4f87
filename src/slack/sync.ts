import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { ChatConversation, ChatEvent, ReceiveEvents } from '../conversation/chat.ts';
import type { Logger } from '../telemetry/log.ts';
import { toAppError } from './clients.ts';
import { SlackAuthFailed, SlackRefused } from './errors.ts';
import { conversationSchema, personSchema, tsSchema } from './event-schemas.ts';
import { toConversation, toPerson } from './parse-workspace.ts';
import { readMembers } from './slack-chat.ts';

export interface StoredUpTo {
  readonly channel: string;
  readonly ts: string;
}

export interface RepairOptions {
  readonly team: string;
  readonly readClient: WebClient;
  /** Stores; decides too which old mentions are answered still. */
  readonly receive: ReceiveEvents;
  /** The newest stored message of each conversation, read before new events came in. */
  readonly storedUpTo: readonly StoredUpTo[];
  /** The roots of threads that were alive lately, by conversation: replies to an old root are in no history. */
  readonly liveThreads: (channel: string) => Promise<readonly string[]>;
  /** Turns messages of one conversation, as histories give them, into events. */
  readonly toEvents: (conversation: ChatConversation, messages: readonly unknown[]) => Promise<readonly ChatEvent[]>;
  readonly log: Logger;
  /** Conversations at a time. */
  readonly concurrency?: number;
  /**
   * How far before the newest stored message reading starts, in seconds: events overtake each other, and a repair
   * that was cut off is made good by the next one.
   */
  readonly overlapSeconds?: number;
  /** How far back a conversation is read of which nothing is stored, in seconds. */
  readonly firstReadSeconds?: number;
  readonly signal?: AbortSignal;
}

export interface RepairResult {
  readonly conversations: number;
  readonly people: number;
  /** Messages read, and those of them that were missing. */
  readonly messages: number;
  readonly stored: number;
  /** Conversations that could not be read; the next repair starts at the same place. */
  readonly failed: number;
}

const batch = 100;
const peoplePage = z.object({ members: z.array(z.unknown()) });
const roomsPage = z.object({ channels: z.array(conversationSchema) });
const messagesPage = z.object({ messages: z.array(z.unknown()) });
const rootSchema = z.object({
  ts: tsSchema,
  thread_ts: tsSchema.optional(),
  reply_count: z.number().optional().catch(undefined),
  latest_reply: tsSchema.optional().catch(undefined),
});

/**
 * Reads what pup has missed: people, conversations with their members, and of each conversation the messages since
 * the newest stored one with the replies of the threads among them. Each conversation is stored oldest first, so
 * that after an interruption the newest stored message is still where the next repair starts.
 * Rejects where Slack cannot be read at all; a single conversation that fails is logged and counted.
 */
export async function repairGaps(options: RepairOptions): Promise<RepairResult> {
  const { log, team } = options;
  const started = Date.now();
  const people = await repairPeople(options);
  const rooms = await repairConversations(options);
  const counts = { messages: 0, stored: 0, failed: 0 };
  const waiting = [...rooms];
  const work = async () => {
    for (let room = waiting.shift(); room !== undefined; room = waiting.shift()) {
      options.signal?.throwIfAborted();
      await repairOne(options, room, counts);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency ?? 2 }, work));
  const result = { conversations: rooms.length, people, ...counts };
  log.info({ team, ...result, durationMs: Date.now() - started }, 'gaps repaired');
  return result;
}

async function repairPeople({ readClient, receive, team, signal }: RepairOptions): Promise<number> {
  let count = 0;
  for await (const { members } of pages(readClient, 'users.list', { limit: 200 }, peoplePage, signal)) {
    // one odd profile must not cost everybody's name
    const events = members.flatMap((member): ChatEvent[] => {
      const user = personSchema.safeParse(member);
      return user.success ? [{ team, type: 'person', person: toPerson(user.data, team) }] : [];
    });
    count += events.length;
    if (events.length > 0) await receive(events);
  }
  return count;
}

async function repairConversations(options: RepairOptions): Promise<ChatConversation[]> {
  const { readClient, receive, team, log, signal } = options;
  const args = { types: 'public_channel,private_channel,mpim,im', exclude_archived: false, limit: 200 };
  const rooms: ChatConversation[] = [];
  for await (const { channels } of ownConversations(readClient, args, signal)) {
    const page = channels.map(toConversation);
    rooms.push(...page);
    if (page.length > 0) await receive(page.map((conversation) => ({ team, type: 'conversation', conversation })));
  }
  for (const { id } of rooms) {
    signal?.throwIfAborted();
    // of public channels too: a guest among the readers narrows what may be said there
    const members = (await readMembers(readClient, id, log)) ?? [];
    if (members.length > 0) await receive(members.map((person) => ({ team, type: 'join', channel: id, person })));
  }
  return rooms;
}

/** Where `users.conversations` is not to be had (a missing method or scope), the whole list with its `is_member` says the same. */
async function* ownConversations(
  client: WebClient,
  args: Record<string, unknown>,
  signal: AbortSignal | undefined,
): AsyncGenerator<z.infer<typeof roomsPage>> {
  try {
    yield* pages(client, 'users.conversations', args, roomsPage, signal);
  } catch (error) {
    if (!(error instanceof SlackRefused)) throw error;
    for await (const { channels } of pages(client, 'conversations.list', args, roomsPage, signal)) {
      yield { channels: channels.filter((channel) => channel.is_member !== false) };
    }
  }
}

interface Counts {
  messages: number;
  stored: number;
  failed: number;
}

async function repairOne(options: RepairOptions, room: ChatConversation, counts: Counts): Promise<void> {
  let messages: unknown[];
  try {
    messages = await readMissed(options, room.id);
  } catch (error) {
    options.signal?.throwIfAborted();
    const failure = toAppError('conversations.history', error);
    if (failure instanceof SlackAuthFailed && failure.reason !== 'missing_scope') throw failure;
    counts.failed += 1;
    options.log.warn({ channel: room.id, code: failure.code, err: failure }, 'could not read what was missed');
    return;
  }
  for (let at = 0; at < messages.length; at += batch) {
    options.signal?.throwIfAborted();
    const events = await options.toEvents(room, messages.slice(at, at + batch));
    if (events.length === 0) continue;
    const receipts = await options.receive(events);
    counts.messages += events.length;
    counts.stored += receipts.filter(({ stored }) => stored).length;
  }
}

/** In the order in which they were said, each once. */
async function readMissed(options: RepairOptions, channel: string): Promise<unknown[]> {
  const { readClient, signal } = options;
  const oldest = oldestOf(options, channel);
  const found = new Map<string, unknown>();
  const threads = new Set<string>(await options.liveThreads(channel));
  const take = (message: unknown) => {
    const root = rootSchema.safeParse(message);
    if (!root.success) return;
    found.set(root.data.ts, message);
    const isRoot = root.data.thread_ts === root.data.ts;
    if (isRoot && (root.data.reply_count ?? 0) > 0) threads.add(root.data.ts);
    // a reply that was also sent to the channel tells of a thread whose root is older
    if (!isRoot && root.data.thread_ts !== undefined) threads.add(root.data.thread_ts);
  };
  const window = { channel, oldest, inclusive: true, limit: 200, include_all_metadata: true };
  for await (const page of pages(readClient, 'conversations.history', window, messagesPage, signal))
    page.messages.forEach(take);
  for (const ts of threads) {
    await readThread(options, { ...window, ts }, take);
  }
  return [...found].toSorted(([a], [b]) => Number(a) - Number(b)).map(([, message]) => message);
}

async function readThread(
  { readClient, signal, log }: RepairOptions,
  window: Record<string, unknown>,
  take: (message: unknown) => void,
): Promise<void> {
  try {
    for await (const page of pages(readClient, 'conversations.replies', window, messagesPage, signal))
      page.messages.forEach(take);
  } catch (error) {
    // a thread that was deleted meanwhile must not cost the conversation
    if (!(error instanceof SlackRefused) || error.reason !== 'thread_not_found') throw error;
    log.debug({ code: error.code }, 'thread is gone');
  }
}

function oldestOf(
  { storedUpTo, overlapSeconds = 3600, firstReadSeconds = 86_400 }: RepairOptions,
  channel: string,
): string {
  const stored = storedUpTo.find((mark) => mark.channel === channel);
  const seconds = stored === undefined ? Date.now() / 1000 - firstReadSeconds : Number(stored.ts) - overlapSeconds;
  return Math.max(0, seconds).toFixed(6);
}

async function* pages<T>(
  client: WebClient,
  method: string,
  args: Record<string, unknown>,
  schema: z.ZodType<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  try {
    // a copy: paginate writes the cursor into what it is given
    for await (const page of client.paginate(method, { ...args })) {
      signal?.throwIfAborted();
      yield schema.parse(page);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw toAppError(method, error);
  }
}

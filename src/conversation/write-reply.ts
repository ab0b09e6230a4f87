import { findConversation } from '../db/conversations.ts';
import type { Database } from '../db/query.ts';
import { endReply, type OwedReply, saveSources } from '../db/replies.ts';
import type { LanguageModel } from '../llm/answer.ts';
import type { Embedder } from '../llm/embedder.ts';
import { readableFrom, refreshMemberships } from '../memory/audience.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Chat, ReplyPlace, ReplyStream } from './chat.ts';
import { type ComposedAnswer, composeAnswer } from './compose-answer.ts';
import { gatherContext, timeZoneOf } from './context.ts';
import { Evidence } from './evidence.ts';
import { replyKey } from './receive.ts';

export interface WriteReplyResources {
  readonly db: Database;
  readonly chat: Chat;
  readonly embedder: Embedder;
  readonly model: LanguageModel | null;
  readonly maxContextTokens: number;
  readonly log: Logger;
}

/**
 * Answers one owed reply: sees it, gathers what its readers may be shown, writes, posts, and ends it.
 * Rejects when the chat or the database fails; the reply is owed still then, and may be written again.
 */
export async function writeReply(resources: WriteReplyResources, reply: OwedReply, signal: AbortSignal): Promise<void> {
  const { db, chat, log } = resources;
  const place = await placeOf(resources, reply);
  const seen = chat.showSeen(place);
  try {
    const { finished, stream } = await chat.openReply(place, replyKey(reply.channel, reply.askedTs), {
      firstAttempt: reply.attempt === 1,
    });
    if (finished !== null) {
      log.info({ channel: reply.channel, asked: reply.askedTs }, 'reply was posted by an earlier attempt');
      await endReply(db, reply, {
        outcome: 'answered',
        reason: 'posted by an earlier attempt',
        postedTs: finished,
        model: null,
        inputTokens: null,
        outputTokens: null,
      });
      return;
    }
    const answer = await composeFor(resources, reply, stream, signal);
    if (answer === null) return;
    // the sources first: nobody must see the answer before what it rests on
    await saveSources(db, reply, answer.sources);
    const { ts } = await stream.finish(answer.markdown, answer.sources);
    await endAnswered(resources, reply, answer, ts);
  } finally {
    await seen;
    await chat.clearSeen(place);
  }
}

async function placeOf({ db }: WriteReplyResources, reply: OwedReply): Promise<ReplyPlace> {
  const conversation = await findConversation(db, reply.team, reply.channel);
  // a mention may come before anything is known of its channel; the reply goes under it as in any channel
  const kind = conversation?.kind ?? 'private';
  const threadTs = reply.threadTs ?? (kind === 'direct' ? null : reply.askedTs);
  return { team: reply.team, channel: reply.channel, kind, threadTs, askedTs: reply.askedTs, asker: reply.asker };
}

async function composeFor(
  resources: WriteReplyResources,
  reply: OwedReply,
  stream: ReplyStream,
  signal: AbortSignal,
): Promise<ComposedAnswer | null> {
  const { db, chat, embedder, model, log } = resources;
  await refreshMemberships(db, reply, (team, channel) => chat.membersOf(team, channel));
  const readable = await readableFrom(db, reply);
  const context = await gatherContext(resources, readable, reply);
  if (context === null) {
    await endReply(db, reply, {
      outcome: 'cancelled',
      reason: 'the question is gone',
      postedTs: null,
      model: null,
      inputTokens: null,
      outputTokens: null,
    });
    return null;
  }
  const timeZone = await timeZoneOf(db, reply.team, reply.asker);
  const evidence = new Evidence((channel, ts, threadTs) => chat.permalink(reply.team, channel, ts, threadTs), timeZone);
  const shown = serialised((text) => stream.append(text), log);
  const tools = { db, embedder, log, readable, evidence, asked: { channel: reply.channel, ts: reply.askedTs } };
  const answer = await composeAnswer(context, tools, {
    model,
    maxContextTokens: resources.maxContextTokens,
    timeZone,
    log,
    signal,
    onText: shown.show,
  });
  await shown.settled();
  return answer;
}

/** Appends one after the other. A piece that could not be shown does no harm: `finish` shows the whole. */
function serialised(
  append: (text: string) => Promise<void>,
  log: Logger,
): { show: (text: string) => void; settled: () => Promise<void> } {
  let waiting = '';
  let running: Promise<void> | null = null;
  const drain = async () => {
    while (waiting !== '') {
      const text = waiting;
      waiting = '';
      await append(text).catch((error: unknown) => log.warn({ err: error }, 'could not show a part of the answer'));
    }
    running = null;
  };
  return {
    show(text) {
      waiting += text;
      running ??= drain();
    },
    settled: () => running ?? Promise.resolve(),
  };
}

async function endAnswered(
  { db, model, log }: WriteReplyResources,
  reply: OwedReply,
  answer: ComposedAnswer,
  postedTs: string,
): Promise<void> {
  await endReply(db, reply, {
    outcome: answer.outcome,
    reason: answer.reason,
    postedTs,
    model: answer.usage === null ? null : (model?.name ?? null),
    inputTokens: answer.usage?.inputTokens ?? null,
    outputTokens: answer.usage?.outputTokens ?? null,
  });
  log.info(
    {
      channel: reply.channel,
      asked: reply.askedTs,
      posted: postedTs,
      outcome: answer.outcome,
      sources: answer.sources.length,
      attempt: reply.attempt,
    },
    'reply posted',
  );
}

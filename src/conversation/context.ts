import type { Readable } from '../db/audience.ts';
import { findPerson } from '../db/people.ts';
import type { Queryable } from '../db/query.ts';
import { type Remembered, readChannel, readMessage, readThread } from '../db/remembered.ts';
import type { OwedReply } from '../db/replies.ts';
import type { Embedder } from '../llm/embedder.ts';
import { estimateTokens } from '../llm/tokens.ts';
import type { Passage } from '../memory/recall.ts';
import type { Logger } from '../telemetry/log.ts';
import { cut, type Evidence } from './evidence.ts';
import { searchMemory } from './search-memory.ts';

const threadMessages = 30;
const channelMessages = 12;
const recalledMessages = 12;

export interface AnswerContext {
  readonly asked: Remembered;
  readonly question: string;
  /** The thread, or the last messages of the conversation, before the question; oldest first. */
  readonly nearby: readonly Remembered[];
  readonly recalled: readonly Passage[];
}

/** Gathers what an answer needs; null when the question is gone. */
export async function gatherContext(
  resources: { readonly db: Queryable; readonly embedder: Embedder; readonly log: Logger },
  readable: Readable,
  reply: OwedReply,
): Promise<AnswerContext | null> {
  const { db } = resources;
  const asked = await readMessage(db, readable, reply.channel, reply.askedTs);
  if (asked === null) return null;
  const around =
    reply.threadTs === null
      ? await readChannel(db, readable, reply.channel, reply.askedTs, channelMessages)
      : await readThread(db, readable, reply.channel, reply.threadTs, threadMessages);
  const nearby = around.filter(({ ts }) => ts < reply.askedTs);
  const question = withoutAddress(asked.text);
  const recalled = await searchMemory(resources, readable, searchText(question, asked, nearby), {
    limit: recalledMessages,
    except: { channel: reply.channel, ts: reply.askedTs },
  });
  return { asked, question, nearby, recalled };
}

/** The IANA time zone of the asker; UTC where it is unknown. */
export async function timeZoneOf(db: Queryable, team: string, person: string): Promise<string> {
  const zone = (await findPerson(db, team, person))?.timeZone ?? 'UTC';
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}

/** The user's turn: quoted data first, the request last. What does not fit into `maxTokens` is left out, oldest nearby first. */
export function contextPrompt(context: AnswerContext, evidence: Evidence, maxTokens: number): string {
  const question = cut(context.question, 8000);
  let budget = maxTokens - estimateTokens(question);
  const take = (messages: readonly Remembered[]): string[] => {
    const quotes: string[] = [];
    for (const message of messages) {
      const quote = evidence.quote(message);
      budget -= estimateTokens(quote);
      if (budget < 0) break;
      quotes.push(quote);
    }
    return quotes;
  };
  const recalled = take(context.recalled);
  const nearby = take(context.nearby.toReversed()).toReversed();
  const sections = [
    section('Messages from memory that may matter, best first', recalled),
    section(context.asked.threadTs === null ? 'What was said here before' : 'The thread so far', nearby),
    `The question of ${context.asked.authorName}:\n${question}`,
  ];
  return sections.filter((text) => text !== '').join('\n\n');
}

function section(title: string, quotes: readonly string[]): string {
  return quotes.length === 0 ? '' : `${title}:\n${quotes.join('\n')}`;
}

function withoutAddress(text: string): string {
  return text.replace(/^\s*(?:@pup\b[\s,:]*)+/i, '').trim() || text;
}

/** In a thread or a direct message a short follow-up ("and who decided that?") means little without what a person said before it. */
function searchText(question: string, asked: Remembered, nearby: readonly Remembered[]): string {
  const isDialogue = asked.threadTs !== null || asked.kind === 'direct';
  if (!isDialogue || question.split(/\s+/).length > 5) return question;
  const previous = nearby.findLast(({ byPup }) => !byPup);
  return previous === undefined ? question : `${question}\n${cut(previous.text, 300)}`;
}

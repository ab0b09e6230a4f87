import { type Database, inTransaction } from '../db/query.ts';
import { type Happening, type IncomingMessage, type Ingested, ingest } from '../memory/ingest.ts';
import type { ChatEvent, ChatMessage, ConversationKind, ReceiveEvents } from './chat.ts';

export interface MessageRef {
  readonly channel: string;
  readonly ts: string;
}

export interface ReceiveOptions {
  readonly db: Database;
  /** Pup's user id in the workspace. */
  readonly pupId: (team: string) => string;
  /**
   * Which questions are answered: all that are delivered; those younger than a limit, where what was
   * missed is read again; none, where history is imported.
   */
  readonly answer: 'all' | 'none' | { readonly youngerThanMs: number };
  /** Called after the commit with the messages whose embedding is missing. A lost call is made up for by the database. */
  readonly onUnembedded: (team: string, messages: readonly MessageRef[]) => Promise<void>;
  /** Called after the commit when a reply is owed. */
  readonly onOwed: () => void;
}

/** The way in: one transaction stores the events and the replies that they make pup owe. */
export function createReceive(options: ReceiveOptions): ReceiveEvents {
  return async (events) => {
    const receipts: { stored: boolean; owedReply: string | null }[] = [];
    for (const { team, run } of runsOfOneTeam(events)) {
      const happenings = run.map((event) => toHappening(event, options));
      const results = await inTransaction(options.db, (client) => ingest(client, team, happenings));
      receipts.push(...run.map((event, index) => toReceipt(event, results[index])));
      await followUp(options, team, happenings, results);
    }
    return receipts;
  };
}

function runsOfOneTeam(events: readonly ChatEvent[]): { team: string; run: ChatEvent[] }[] {
  const runs: { team: string; run: ChatEvent[] }[] = [];
  for (const event of events) {
    const last = runs.at(-1);
    if (last?.team === event.team) last.run.push(event);
    else runs.push({ team: event.team, run: [event] });
  }
  return runs;
}

function toHappening(event: ChatEvent, options: ReceiveOptions): Happening {
  if (event.type !== 'message' && event.type !== 'edit') return event;
  const toPup = isToPup(event.message, event.kind, options.pupId(event.team));
  const { mentionsPup: _, ...message } = event.message;
  const owesReply = toPup && isToBeAnswered(message.ts, event.type, options.answer);
  const incoming: IncomingMessage = { ...message, toPup, kind: event.kind, owesReply };
  return { type: event.type, message: incoming };
}

/** People address pup by its name, or by writing to it directly; bots, and pup itself, are never answered. */
function isToPup(message: ChatMessage, kind: ConversationKind | null, pupId: string): boolean {
  if (message.authorIsBot || message.author === pupId) return false;
  return message.mentionsPup || kind === 'direct';
}

/** An edit that names pup late is answered while it is fresh; an old message that is edited is not. */
function isToBeAnswered(ts: string, type: 'message' | 'edit', answer: ReceiveOptions['answer']): boolean {
  if (answer === 'none') return false;
  const ageMs = Date.now() - Number(ts) * 1000;
  if (answer !== 'all') return ageMs < answer.youngerThanMs;
  return type === 'message' || ageMs < 10 * 60_000;
}

function toReceipt(event: ChatEvent, result: Ingested | undefined): { stored: boolean; owedReply: string | null } {
  const owed = result?.owed === true && (event.type === 'message' || event.type === 'edit');
  return {
    stored: result?.stored ?? false,
    owedReply: owed ? replyKey(event.message.channel, event.message.ts) : null,
  };
}

async function followUp(
  options: ReceiveOptions,
  team: string,
  happenings: readonly Happening[],
  results: readonly Ingested[],
): Promise<void> {
  if (results.some(({ owed }) => owed)) options.onOwed();
  const unembedded = happenings.flatMap((happening, index) =>
    results[index]?.embed === true && 'message' in happening
      ? [{ channel: happening.message.channel, ts: happening.message.ts }]
      : [],
  );
  if (unembedded.length > 0) await options.onUnembedded(team, unembedded);
}

/** The key of the reply to a message: the same for every attempt, in every process. */
export function replyKey(channel: string, askedTs: string): string {
  return `${channel}:${askedTs}`;
}

import { z } from 'zod';
import type { Readable } from '../db/audience.ts';
import type { Queryable } from '../db/query.ts';
import { findPeopleByName, findReadableChannel, type Remembered, readChannel, readThread } from '../db/remembered.ts';
import type { AnswerTool } from '../llm/answer.ts';
import type { Embedder } from '../llm/embedder.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Evidence } from './evidence.ts';
import { searchMemory } from './search-memory.ts';

export interface ToolContext {
  readonly db: Queryable;
  readonly embedder: Embedder;
  readonly log: Logger;
  /** The audience of the answer: tools see no more than its readers. */
  readonly readable: Readable;
  readonly evidence: Evidence;
  readonly asked: { readonly channel: string; readonly ts: string };
}

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a day as YYYY-MM-DD');
const searchInput = z.object({
  query: z.string().min(1).max(1000).describe('what to look for, in the words that people may have used'),
  channel: z.string().max(100).optional().describe('only in this channel, by name'),
  author: z.string().max(100).optional().describe('only what this person said, by name'),
  after: day.optional().describe('only since this day, YYYY-MM-DD'),
  before: day.optional().describe('only before this day, YYYY-MM-DD'),
});
const threadInput = z.object({
  message: z
    .string()
    .regex(/^m\d+$/)
    .describe('the id of any message of the thread, like m3'),
});
const channelInput = z.object({
  channel: z.string().min(1).max(100).describe('the name of the channel'),
  before: z
    .string()
    .regex(/^m\d+$/)
    .optional()
    .describe('read on backwards from this message'),
});

/** What the model may call. Each reads memory under the answer's audience and gives quoted messages. */
export function createTools(context: ToolContext): AnswerTool[] {
  return [
    {
      name: 'search_memory',
      description: 'Searches the remembered messages by meaning and words. Best first.',
      input: searchInput,
      run: (input) => search(context, searchInput.parse(input)),
    },
    {
      name: 'read_thread',
      description: 'Reads the whole thread that a message belongs to.',
      input: threadInput,
      run: (input) => openThread(context, threadInput.parse(input)),
    },
    {
      name: 'read_channel',
      description: 'Reads the newest messages of a channel, or those before a given message.',
      input: channelInput,
      run: (input) => openChannel(context, channelInput.parse(input)),
    },
  ];
}

async function search(context: ToolContext, input: z.infer<typeof searchInput>): Promise<unknown> {
  const { db, readable } = context;
  const channel = input.channel === undefined ? undefined : await findReadableChannel(db, readable, input.channel);
  if (channel === null) return { error: `No channel "${input.channel}" can be read here.` };
  const authors = input.author === undefined ? undefined : await findPeopleByName(db, readable.team, input.author);
  if (authors?.length === 0) return { error: `Nobody here is called "${input.author}".` };
  const passages = await searchMemory(context, readable, input.query, {
    limit: 10,
    channels: channel === undefined ? undefined : [channel],
    authors,
    after: input.after === undefined ? undefined : new Date(`${input.after}T00:00:00Z`),
    before: input.before === undefined ? undefined : new Date(`${input.before}T00:00:00Z`),
    except: context.asked,
  });
  return quoteAll(context, passages);
}

async function openThread(context: ToolContext, input: z.infer<typeof threadInput>): Promise<unknown> {
  const message = context.evidence.get(input.message);
  if (message === undefined) return { error: `No message ${input.message} was given to you.` };
  return quoteAll(
    context,
    await readThread(context.db, context.readable, message.channel, message.threadTs ?? message.ts, 40),
  );
}

async function openChannel(context: ToolContext, input: z.infer<typeof channelInput>): Promise<unknown> {
  const channel = await findReadableChannel(context.db, context.readable, input.channel);
  if (channel === null) return { error: `No channel "${input.channel}" can be read here.` };
  const before = input.before === undefined ? undefined : context.evidence.get(input.before);
  return quoteAll(context, await readChannel(context.db, context.readable, channel, before?.ts ?? null, 30));
}

function quoteAll({ evidence }: ToolContext, messages: readonly Remembered[]): unknown {
  if (messages.length === 0) return { messages: 'none found' };
  return { messages: messages.map((message) => evidence.quote(message)).join('\n') };
}

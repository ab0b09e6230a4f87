import {
  type ConversationRow,
  noteConversationKinds,
  renameConversation,
  saveConversation,
  setArchived,
} from '../db/conversations.ts';
import { noteJoin, noteLeave } from '../db/memberships.ts';
import { deleteMessage, deleteMessagesOf, insertMessages, type NewMessage, saveEdit } from '../db/messages.ts';
import { type PersonRow, savePeople } from '../db/people.ts';
import type { Queryable } from '../db/query.ts';
import { forgetMessageInReplies, oweReplies } from '../db/replies.ts';
import { cleanText } from './clean-text.ts';

export interface IncomingMessage extends NewMessage {
  readonly kind: ConversationRow['kind'];
  /** Someone addresses pup with it: a reply is owed when it is stored. */
  readonly owesReply: boolean;
}

/** What memory takes in. The same happenings as the chat's events, without the chat. */
export type Happening =
  | { readonly type: 'message' | 'edit'; readonly message: IncomingMessage }
  | { readonly type: 'delete'; readonly channel: string; readonly ts: string }
  | { readonly type: 'join' | 'leave'; readonly channel: string; readonly person: string }
  | { readonly type: 'conversation'; readonly conversation: ConversationRow }
  | { readonly type: 'rename'; readonly channel: string; readonly name: string }
  | { readonly type: 'archive' | 'unarchive' | 'conversation-deleted'; readonly channel: string }
  | { readonly type: 'person'; readonly person: PersonRow };

export interface Ingested {
  /** Whether it changed what is remembered; false for what was known. */
  readonly stored: boolean;
  /** A reply is owed since this happening. */
  readonly owed: boolean;
  /** The message's embedding is missing now. */
  readonly embed: boolean;
}

const changed: Ingested = { stored: true, owed: false, embed: false };

/**
 * Takes in happenings of one workspace, in order. Runs inside the caller's transaction: all of them or none.
 * Everything is idempotent, and messages, edits and deletions may come in any order.
 */
export async function ingest(client: Queryable, team: string, happenings: readonly Happening[]): Promise<Ingested[]> {
  const results: Ingested[] = [];
  for (const run of runsOfOneType(happenings)) results.push(...(await ingestRun(client, team, run)));
  return results;
}

/** Neighbouring new messages (and people) are stored by one statement each: 500 in one are 20 times as fast. */
function runsOfOneType(happenings: readonly Happening[]): Happening[][] {
  const runs: Happening[][] = [];
  for (const happening of happenings) {
    const run = runs.at(-1);
    const joins = run?.[0]?.type === happening.type && (happening.type === 'message' || happening.type === 'person');
    if (run !== undefined && joins) run.push(happening);
    else runs.push([happening]);
  }
  return runs;
}

async function ingestRun(client: Queryable, team: string, run: readonly Happening[]): Promise<Ingested[]> {
  const messages = run.flatMap((happening) => (happening.type === 'message' ? [cleanMessage(happening.message)] : []));
  if (messages.length > 0) return ingestMessages(client, team, messages);
  const people = run.flatMap((happening) => (happening.type === 'person' ? [cleanPerson(happening.person)] : []));
  if (people.length > 0) {
    // of several states of one person in a batch the last holds
    await savePeople(client, team, [...new Map(people.map((person) => [person.id, person])).values()]);
    return people.map(() => changed);
  }
  const results: Ingested[] = [];
  for (const happening of run) results.push(await ingestOne(client, team, happening));
  return results;
}

async function ingestMessages(
  client: Queryable,
  team: string,
  messages: readonly IncomingMessage[],
): Promise<Ingested[]> {
  await noteConversationKinds(client, team, kindsOf(messages));
  const stored = identities(await insertMessages(client, team, messages));
  const asking = messages.filter(({ owesReply }) => owesReply);
  const owed = asking.length === 0 ? new Set<string>() : identities(await oweReplies(client, team, asking));
  return messages.map((message) => {
    const isNew = stored.delete(identity(message));
    return { stored: isNew, owed: owed.delete(identity(message)), embed: isNew };
  });
}

/** One row per conversation, the most private that any of the messages says. */
function kindsOf(messages: readonly IncomingMessage[]): { id: string; kind: ConversationRow['kind'] }[] {
  const kinds = new Map<string, ConversationRow['kind']>();
  for (const { channel, kind } of messages) {
    const known = kinds.get(channel);
    if (known === undefined || known === null || known === 'public') kinds.set(channel, kind ?? known ?? null);
  }
  return [...kinds].map(([id, kind]) => ({ id, kind }));
}

async function ingestOne(client: Queryable, team: string, happening: Happening): Promise<Ingested> {
  switch (happening.type) {
    case 'edit':
      return ingestEdit(client, team, cleanMessage(happening.message));
    case 'delete': {
      const stored = await deleteMessage(client, team, happening.channel, happening.ts);
      await forgetMessageInReplies(client, team, happening.channel, happening.ts);
      return { ...changed, stored };
    }
    case 'join':
      await noteJoin(client, team, happening.channel, happening.person);
      return changed;
    case 'leave':
      await noteLeave(client, team, happening.channel, happening.person);
      return changed;
    case 'conversation': {
      const { conversation } = happening;
      await saveConversation(client, team, {
        ...conversation,
        name: conversation.name === null ? null : cleanText(conversation.name),
      });
      return changed;
    }
    case 'rename':
      await renameConversation(client, team, happening.channel, cleanText(happening.name));
      return changed;
    case 'archive':
    case 'unarchive':
      await setArchived(client, team, happening.channel, happening.type === 'archive');
      return changed;
    case 'conversation-deleted':
      await setArchived(client, team, happening.channel, true);
      await deleteMessagesOf(client, team, happening.channel);
      await forgetMessageInReplies(client, team, happening.channel, null);
      return changed;
    case 'message':
    case 'person':
      throw new Error(`${happening.type} comes in runs`);
  }
}

async function ingestEdit(client: Queryable, team: string, message: IncomingMessage): Promise<Ingested> {
  await noteConversationKinds(client, team, kindsOf([message]));
  const stored = await saveEdit(client, team, message);
  const owed = message.owesReply ? await oweReplies(client, team, [message]) : [];
  return { stored, owed: owed.length > 0, embed: stored };
}

function cleanMessage(message: IncomingMessage): IncomingMessage {
  return {
    ...message,
    text: cleanText(message.text),
    rawText: cleanText(message.rawText),
    files: message.files.map(({ name, title, preview }) => ({
      name: cleanText(name),
      title: title === null ? null : cleanText(title),
      preview: preview === null ? null : cleanText(preview),
    })),
  };
}

function cleanPerson(person: PersonRow): PersonRow {
  return {
    ...person,
    name: cleanText(person.name),
    displayName: person.displayName === null ? null : cleanText(person.displayName),
  };
}

function identity({ channel, ts }: { readonly channel: string; readonly ts: string }): string {
  return `${channel} ${ts}`;
}

function identities(rows: readonly { readonly channel: string; readonly ts: string }[]): Set<string> {
  return new Set(rows.map(identity));
}

import { z } from 'zod';
import type { ChatMessage, ChatPerson, ReceiveEvents } from '../../conversation/chat.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { PupIdentity, Reading } from '../parse-message.ts';
import { Batcher } from './batcher.ts';
import { ExportFileUnreadable, ExportUnreadable } from './errors.ts';
import { readJsonList } from './json-list.ts';
import { type ExportArchive, openExport } from './open-export.ts';
import { describeShape, type ImportProblem, ProblemList } from './problem-list.ts';
import {
  type ConversationList,
  conversationEvents,
  conversationLists,
  type ExportedConversation,
  readConversation,
  readPerson,
  toPeople,
} from './read-directory.ts';
import { compareTs, readAuthor, readExportMessage } from './read-export-message.ts';

/** Which files are stored already. Keys are of one zip: the same name in another zip has another key. */
export interface ImportProgress {
  done(file: string): Promise<boolean>;
  markDone(file: string, count: number): Promise<void>;
}

export interface ImportState {
  readonly files: number;
  readonly filesDone: number;
  readonly messages: number;
}

export interface ImportOptions {
  readonly path: string;
  /** The workspace that the events belong to. */
  readonly team: string;
  readonly receive: ReceiveEvents;
  readonly progress: ImportProgress;
  readonly onProgress: (state: ImportState) => void;
  readonly log: Logger;
  /** Pup in that workspace, so that its own messages are known as such. */
  readonly pup?: PupIdentity;
  /** Events per call of `receive`. */
  readonly batch?: number;
  /** Ends the import between two messages; what `receive` took stays. */
  readonly signal?: AbortSignal;
}

export interface ImportResult {
  /** Messages handed on in this run. */
  readonly messages: number;
  /** Those of them that were not known before. */
  readonly stored: number;
  readonly conversations: number;
  readonly people: number;
  /** Day files that were read, and those that an earlier run had finished. */
  readonly files: number;
  readonly filesSkipped: number;
  /** At most 1,000; `problemCount` counts all. */
  readonly problems: readonly ImportProblem[];
  readonly problemCount: number;
}

interface Run {
  readonly options: ImportOptions;
  readonly archive: ExportArchive;
  readonly batcher: Batcher;
  readonly problems: ProblemList;
  readonly counts: { files: number; filesDone: number; filesSkipped: number; messages: number; stored: number };
}

interface Directory {
  readonly reading: Reading;
  /** The workspace whose people are at home in the export. */
  readonly exportTeam: string;
  readonly people: Map<string, ChatPerson>;
  readonly conversations: readonly ExportedConversation[];
  /** Null where two conversations claim the same folder. */
  readonly byFolder: ReadonlyMap<string, ExportedConversation | null>;
}

interface DayFile {
  readonly name: string;
  readonly folder: string;
}

/**
 * Reads a Slack export into `receive`: people, conversations, memberships, then each conversation's messages in
 * the order of time. Safe to repeat and to continue after a kill: a file is marked as done after the commit of its
 * last message, and `receive` knows what it has. A file with a problem is never marked, so every run names it.
 * Throws `ExportUnreadable` or `ExportRefused` for the zip as a whole, and whatever `receive` throws.
 */
export async function importExport(options: ImportOptions): Promise<ImportResult> {
  await using archive = await openExport(options.path);
  if (!archive.has('users.json') || !archive.has('channels.json')) {
    const missing = archive.has('users.json') ? 'channels.json' : 'users.json';
    throw new ExportUnreadable(options.path, `is no Slack export: it holds no ${missing}`);
  }
  const run = startRun(options, archive);
  for (const name of archive.repeated)
    run.problems.add(name, null, 'is in the zip more than once; the first one was read');
  const directory = await readDirectory(run);
  const days = listDays(run, directory);
  run.counts.files = days.length;
  report(run);
  await sendDirectory(run, directory);
  for (const { day, conversation } of days) await importDay(run, directory, day, conversation);
  await run.batcher.flush();
  report(run);
  return summarise(run, directory);
}

function startRun(options: ImportOptions, archive: ExportArchive): Run {
  const counts = { files: 0, filesDone: 0, filesSkipped: 0, messages: 0, stored: 0 };
  const batcher = new Batcher(options.receive, options.batch ?? 500, ({ messages, stored }) => {
    counts.messages += messages;
    counts.stored += stored;
    options.onProgress({ files: counts.files, filesDone: counts.filesDone, messages: counts.messages });
  });
  return { options, archive, batcher, problems: new ProblemList(), counts };
}

async function readDirectory(run: Run): Promise<Directory> {
  const { team, log, pup = { userId: '', botId: '' } } = run.options;
  const users = await readFile(run, 'users.json', readPerson);
  const { people, exportTeam } = toPeople(users, team);
  if (exportTeam !== team) log.warn({ team, exportTeam }, 'the export is of another workspace');
  const conversations: ExportedConversation[] = [];
  for (const list of Object.keys(conversationLists).filter(isList)) {
    if (!run.archive.has(list)) continue;
    for (const exported of await readFile(run, list, (item) => readConversation(list, item)))
      conversations.push(exported);
  }
  const personNames = new Map(people.map((person) => [person.id, person.displayName ?? person.name]));
  const channelNames = new Map(
    conversations.map(({ conversation }) => [conversation.id, conversation.name ?? undefined]),
  );
  const names = { person: (id: string) => personNames.get(id), channel: (id: string) => channelNames.get(id) };
  return {
    reading: { team, pup, names },
    exportTeam,
    people: new Map(people.map((person) => [person.id, person])),
    conversations,
    byFolder: indexFolders(conversations),
  };
}

function isList(name: string): name is ConversationList {
  return Object.hasOwn(conversationLists, name);
}

/** A folder that two claim stays unread: a private channel's messages must not land in a public one. */
function indexFolders(conversations: readonly ExportedConversation[]): Map<string, ExportedConversation | null> {
  const byFolder = new Map<string, ExportedConversation | null>();
  for (const exported of conversations) {
    for (const folder of new Set(exported.folders)) byFolder.set(folder, byFolder.has(folder) ? null : exported);
  }
  return byFolder;
}

async function sendDirectory({ options: { team }, batcher }: Run, { people, conversations }: Directory): Promise<void> {
  for (const person of people.values()) await batcher.add({ team, type: 'person', person });
  const isHome = (id: string): boolean => id === 'USLACKBOT' || people.get(id)?.isStranger === false;
  for (const exported of conversations) {
    for (const event of conversationEvents(exported, { team, isHome })) await batcher.add(event);
  }
  await batcher.flush();
}

interface Day {
  readonly day: DayFile;
  readonly conversation: ExportedConversation;
}

/** The day files of known conversations, conversation by conversation and by date. */
function listDays({ archive, problems, options: { log } }: Run, { byFolder }: Directory): Day[] {
  const days: Day[] = [];
  const refused = new Set<string>();
  let others = 0;
  for (const name of archive.names.toSorted()) {
    const folder = /^([^/]+)\/\d{4}-\d{2}-\d{2}\.json$/.exec(name)?.[1];
    // "FC:" folders hold the comments on canvases, which belong to no conversation.
    if (folder === undefined || folder.startsWith('FC:')) {
      others += 1;
      continue;
    }
    const conversation = byFolder.get(folder);
    if (conversation) days.push({ day: { name, folder }, conversation });
    else if (!refused.has(folder)) {
      refused.add(folder);
      const why =
        conversation === null
          ? 'belongs to more than one conversation'
          : 'belongs to no conversation in the lists of the export';
      problems.add(`${folder}/`, null, `${why}; its messages were not imported`);
    }
  }
  log.debug({ days: days.length, others }, 'files of the export listed');
  return days;
}

async function importDay(
  run: Run,
  directory: Directory,
  day: DayFile,
  { conversation }: ExportedConversation,
): Promise<void> {
  const { options, archive, batcher, counts, problems } = run;
  const key = `${archive.hash}/${day.name}`;
  options.signal?.throwIfAborted();
  if (await options.progress.done(key)) {
    counts.filesSkipped += 1;
    counts.filesDone += 1;
    return report(run);
  }
  const problemsBefore = problems.count;
  const { messages, authors } = await readDay(run, directory, day, conversation.id);
  for (const person of authors) await batcher.add({ team: options.team, type: 'person', person });
  for (const message of messages) {
    options.signal?.throwIfAborted();
    await batcher.add({ team: options.team, type: 'message', message, kind: conversation.kind });
  }
  const isWhole = problems.count === problemsBefore;
  await batcher.finishFile(async () => {
    if (isWhole) await options.progress.markDone(key, messages.length);
    counts.filesDone += 1;
    report(run);
  });
}

/** One file's messages by time, and those of their authors that nothing told of before. */
async function readDay(
  run: Run,
  { reading, exportTeam, people }: Directory,
  day: DayFile,
  channel: string,
): Promise<{ messages: ChatMessage[]; authors: ChatPerson[] }> {
  const read = await readFile(run, day.name, (value) => {
    const message = readExportMessage(channel, value, reading);
    const isNew = message !== null && !people.has(message.author);
    return { message, author: isNew ? readAuthor(message, value, exportTeam) : null };
  });
  const messages: ChatMessage[] = [];
  const authors: ChatPerson[] = [];
  for (const { message, author } of read) {
    if (message !== null) messages.push(message);
    if (author === null || people.has(author.id)) continue;
    people.set(author.id, author);
    authors.push(author);
  }
  messages.sort((a, b) => compareTs(a.ts, b.ts));
  return { messages, authors };
}

/**
 * What `read` makes of each element of a file. What cannot be read is added to the problems and left out; of a
 * file that is damaged in the zip nothing is taken, since its bytes are not those that Slack wrote.
 */
async function readFile<T>(run: Run, file: string, read: (value: unknown) => T): Promise<T[]> {
  const values: T[] = [];
  try {
    for await (const item of readJsonList(run.archive.read(file))) {
      const result = 'problem' in item ? item : tryRead(read, item.value);
      if ('problem' in result) run.problems.add(file, item.line, result.problem);
      else values.push(result.read);
    }
    return values;
  } catch (error) {
    if (!(error instanceof ExportFileUnreadable)) throw error;
    run.options.log.warn({ file, err: error }, 'file of the export cannot be read');
    run.problems.add(file, null, error.message);
    return [];
  }
}

function tryRead<T>(read: (value: unknown) => T, value: unknown): { readonly read: T } | { readonly problem: string } {
  try {
    return { read: read(value) };
  } catch (error) {
    if (error instanceof z.ZodError) return { problem: describeShape(error) };
    throw error;
  }
}

function report({ options, counts: { files, filesDone, messages } }: Run): void {
  options.onProgress({ files, filesDone, messages });
}

function summarise({ counts, problems, options }: Run, { conversations, people }: Directory): ImportResult {
  const { messages, stored, files, filesSkipped } = counts;
  const result = {
    messages,
    stored,
    conversations: conversations.length,
    people: people.size,
    files: files - filesSkipped,
    filesSkipped,
    problems: problems.kept,
    problemCount: problems.count,
  };
  const { problems: _, ...figures } = result;
  options.log.info(figures, 'export imported');
  return result;
}

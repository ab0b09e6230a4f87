import { open, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { said, sampleExport, writeZip, type ZippedFile } from '../../../test/support/build-export.ts';
import { makeTempDir, type TempDir } from '../../../test/support/temp-dir.ts';
import type { ChatEvent, ChatMessage, Receipt } from '../../conversation/chat.ts';
import { createLogger } from '../../telemetry/log.ts';
import { type ImportOptions, type ImportState, importExport } from './import-export.ts';

let dir: TempDir;
let zips = 0;
beforeAll(async () => {
  dir = await makeTempDir('export');
});
afterAll(() => dir.remove());

async function zipOf(files: Iterable<ZippedFile>): Promise<string> {
  zips += 1;
  const path = join(dir.path, `export-${zips}.zip`);
  await writeZip(path, files);
  return path;
}

/** A memory as far as an import sees it: messages are known by (channel, ts). */
class FakeMemory {
  readonly events: ChatEvent[] = [];
  readonly batches: number[] = [];
  readonly messages = new Map<string, ChatMessage>();
  readonly done = new Map<string, number>();
  failAfterBatches = Number.POSITIVE_INFINITY;
  under = 0;

  receive = async (events: readonly ChatEvent[]): Promise<Receipt[]> => {
    this.under += 1;
    await new Promise((resolve) => setImmediate(resolve));
    expect(this.under).toBe(1);
    this.under -= 1;
    if (this.batches.length >= this.failAfterBatches) throw new Error('killed');
    this.batches.push(events.length);
    this.events.push(...events);
    return events.map((event) => ({ stored: this.#store(event), owedReply: null }));
  };

  progress = {
    done: async (file: string) => this.done.has(file),
    markDone: async (file: string, count: number) => {
      this.done.set(file, count);
    },
  };

  #store(event: ChatEvent): boolean {
    if (event.type !== 'message') return true;
    const key = `${event.message.channel} ${event.message.ts}`;
    const isNew = !this.messages.has(key);
    this.messages.set(key, event.message);
    return isNew;
  }

  of<T extends ChatEvent['type']>(type: T): Extract<ChatEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<ChatEvent, { type: T }> => event.type === type);
  }
}

function run(path: string, memory: FakeMemory, more: Partial<ImportOptions> = {}) {
  const { receive, progress } = memory;
  return importExport({
    path,
    team: 'T1',
    receive,
    progress,
    onProgress: () => {},
    log: createLogger('silent'),
    ...more,
  });
}

function withFile(name: string, content: unknown, more: Partial<ZippedFile> = {}): ZippedFile[] {
  return [...sampleExport(), { name, content, ...more }];
}

test('people of every kind are imported', async () => {
  const memory = new FakeMemory();
  const result = await run(await zipOf(sampleExport()), memory);
  expect(result).toMatchObject({
    people: 8,
    conversations: 6,
    problems: [],
    messages: 15,
    stored: 15,
    filesSkipped: 0,
  });
  const people = new Map(memory.of('person').map(({ person }) => [person.id, person]));
  expect(people.get('U1')).toStrictEqual({
    id: 'U1',
    name: 'Anna Lind',
    displayName: 'Anna',
    isBot: false,
    isGuest: false,
    isStranger: false,
    deleted: false,
    timeZone: 'Europe/Oslo',
  });
  expect(people.get('U3')).toMatchObject({ isGuest: true });
  expect(people.get('U4')).toMatchObject({ isStranger: true });
  expect(people.get('U5')).toMatchObject({ name: 'Dora Gone', deleted: true });
  expect(people.get('U6')).toMatchObject({ isBot: true });
  // Not in users.json; known by what they wrote alone.
  expect(people.get('U8')).toMatchObject({ name: 'Olga Outside', isStranger: true });
  expect(people.get('B1')).toMatchObject({ name: 'Deployer', isBot: true });
});

test('conversations keep their kind, and a partner in one makes it shared', async () => {
  const memory = new FakeMemory();
  await run(await zipOf(sampleExport()), memory);
  expect(memory.of('conversation').map(({ conversation }) => conversation)).toStrictEqual([
    { id: 'C1', kind: 'public', name: 'general', archived: false, shared: false },
    { id: 'C2', kind: 'public', name: 'old-plans', archived: true, shared: false },
    { id: 'C3', kind: 'public', name: 'with-partner', archived: false, shared: true },
    { id: 'G1', kind: 'private', name: 'board', archived: false, shared: false },
    { id: 'G2', kind: 'group', name: 'mpdm-anna--ben--gia-1', archived: false, shared: false },
    { id: 'D1', kind: 'direct', name: null, archived: false, shared: false },
  ]);
  const joins = memory.of('join').map(({ channel, person }) => `${channel} ${person}`);
  expect(joins).toStrictEqual([
    'C1 U1',
    'C1 U2',
    'C1 U3',
    'C1 U6',
    'C3 U1',
    'C3 U4',
    'G1 U1',
    'G1 U2',
    'G2 U1',
    'G2 U2',
    'G2 U3',
    'D1 U1',
    'D1 U2',
  ]);
});

test('messages are read as live events are, in the order of time', async () => {
  const memory = new FakeMemory();
  await run(await zipOf(sampleExport()), memory, { pup: { userId: 'UPUP', botId: 'BPUP' } });
  const general = memory
    .of('message')
    .filter(({ message }) => message.channel === 'C1')
    .map(({ message }) => message);
  expect(general.map(({ text }) => text)).toStrictEqual([
    'We ship on #old-plans, @Ben Okoro: see (https://example.com) & act',
    'Agreed',
    'For all to see',
    'Now right',
    'Here it is',
    'Of old',
    'Deployed 1.2',
    expect.stringContaining('what did we decide?'),
    'The next day',
  ]);
  const [root, reply, broadcast, edited, shared, old, bot, asked] = general;
  expect(root).toMatchObject({
    threadTs: '1700000001.000100',
    author: 'U1',
    rawText: expect.stringContaining('<@U2>'),
  });
  expect(reply).toMatchObject({ threadTs: '1700000001.000100', subtype: null });
  expect(broadcast).toMatchObject({ subtype: 'thread_broadcast' });
  expect(edited).toMatchObject({ editedTs: '1700000005.000000' });
  const files = [{ name: 'plan.txt', title: 'The plan', preview: 'Step one' }];
  expect(shared).toMatchObject({ files });
  expect(old).toMatchObject({ subtype: 'file_share', files });
  expect(bot).toMatchObject({ author: 'B1', authorIsBot: true });
  expect(asked).toMatchObject({ mentionsPup: false });
  const direct = memory.of('message').filter(({ message }) => message.channel === 'D1');
  expect(direct.map(({ message, kind }) => [kind, message.text])).toStrictEqual([
    ['direct', 'Ben?'],
    ['direct', 'Hi Anna'],
  ]);
});

test('the same export in another folder layout gives the same events', async () => {
  const plain = new FakeMemory();
  const wrapped = new FakeMemory();
  await run(await zipOf(sampleExport()), plain);
  const files = sampleExport().map((file) => ({ ...file, name: `Acme export/${file.name}` }));
  await run(await zipOf([...files, { name: '__MACOSX/Acme export/._users.json', content: 'x' }]), wrapped);
  expect(wrapped.events).toStrictEqual(plain.events);
});

test('a second import of the same export stores nothing twice and reads no day again', async () => {
  const memory = new FakeMemory();
  const path = await zipOf(sampleExport());
  const first = await run(path, memory);
  const known = new Map(memory.messages);
  const again = await run(path, memory);
  expect(again).toMatchObject({ messages: 0, stored: 0, files: 0, filesSkipped: first.files });
  // Without the progress, too.
  memory.done.clear();
  const third = await run(path, memory);
  expect(third).toMatchObject({ messages: first.messages, stored: 0 });
  expect(memory.messages).toStrictEqual(known);
});

test('an import that is killed at any batch goes on and ends with every message once', async () => {
  const path = await zipOf(sampleExport());
  const whole = new FakeMemory();
  await run(path, whole, { batch: 3 });
  for (let kill = 0; kill < whole.batches.length; kill++) {
    const memory = new FakeMemory();
    memory.failAfterBatches = kill;
    await expect(run(path, memory, { batch: 3 })).rejects.toThrow('killed');
    for (const [file, count] of memory.done) {
      // What is marked is stored.
      expect(whole.done.get(file)).toBe(count);
    }
    memory.failAfterBatches = Number.POSITIVE_INFINITY;
    const skipped = memory.done.size;
    const result = await run(path, memory, { batch: 3 });
    expect(result.filesSkipped).toBe(skipped);
    expect(new Set(memory.messages.keys())).toStrictEqual(new Set(whole.messages.keys()));
    expect(memory.done).toStrictEqual(whole.done);
  }
});

test('batches hold what they should and progress never runs backwards', async () => {
  const memory = new FakeMemory();
  const states: ImportState[] = [];
  await run(await zipOf(sampleExport()), memory, { batch: 4, onProgress: (state) => states.push(state) });
  expect(Math.max(...memory.batches)).toBe(4);
  expect(states.at(-1)).toStrictEqual({ files: 7, filesDone: 7, messages: 15 });
  for (const [index, state] of states.entries()) {
    const before = states[index - 1];
    if (before === undefined) continue;
    expect(state.filesDone).toBeGreaterThanOrEqual(before.filesDone);
    expect(state.messages).toBeGreaterThanOrEqual(before.messages);
  }
});

test('a signal stops the import, and the next run goes on', async () => {
  const memory = new FakeMemory();
  const path = await zipOf(sampleExport());
  const controller = new AbortController();
  const onProgress = ({ filesDone }: ImportState) => {
    if (filesDone === 2) controller.abort();
  };
  await expect(run(path, memory, { batch: 2, onProgress, signal: controller.signal })).rejects.toThrow(/abort/);
  const result = await run(path, memory);
  expect(result.filesSkipped).toBeGreaterThanOrEqual(2);
  expect(memory.messages.size).toBe(15);
});

test('broken JSON is named with its line, and what stands before it and in other files is imported', async () => {
  const memory = new FakeMemory();
  const good = JSON.stringify([said('U1', '1700100000.000100', 'Kept')], null, 4).slice(0, -2);
  const broken = `${good},\n    {\n        "type": "message",\n        "user" "U1"\n    }\n]`;
  const line = broken.slice(0, broken.indexOf('"user" "U1"')).split('\n').length;
  const path = await zipOf(withFile('general/2023-11-16.json', broken));
  const result = await run(path, memory);
  expect(result.problems).toStrictEqual([
    { file: 'general/2023-11-16.json', line, problem: 'invalid JSON: : is missing' },
  ]);
  expect(result.messages).toBe(16);
  // A broken file is never done: the next run names it again.
  expect((await run(path, memory)).problems).toHaveLength(1);
});

test('one bad message is named with the line where it starts, and its neighbours are imported', async () => {
  const memory = new FakeMemory();
  const messages = [
    said('U1', '1700100000.000100', 'Before'),
    said('U1', 'yesterday', 'Bad'),
    null,
    said('U1', '1700100002.000100', 'After'),
  ];
  const result = await run(await zipOf(withFile('general/2023-11-16.json', messages)), memory);
  expect(result.problems).toStrictEqual([
    { file: 'general/2023-11-16.json', line: 10, problem: 'ts: is no Slack timestamp' },
    { file: 'general/2023-11-16.json', line: 18, problem: expect.stringContaining('expected object') },
  ]);
  expect([...memory.messages.values()].map(({ text }) => text)).toEqual(expect.arrayContaining(['Before', 'After']));
});

test('a bad person and a bad channel are named, and the others are imported', async () => {
  const memory = new FakeMemory();
  const files = sampleExport().map((file) => {
    if (file.name === 'users.json')
      return { ...file, content: [{ name: 'no id' }, { id: 'U1', team_id: 'T1', real_name: 'Anna Lind' }] };
    if (file.name !== 'channels.json') return file;
    return {
      ...file,
      content: [
        { id: 'not an id', name: 'old-plans' },
        { id: 'C1', name: 'general', members: ['U1'] },
      ],
    };
  });
  const { problems } = await run(await zipOf(files), memory);
  expect(problems.map(({ file, line }) => `${file} ${line}`)).toStrictEqual([
    'users.json 2',
    'channels.json 2',
    'old-plans/ null',
    'with-partner/ null',
  ]);
});

test('a folder that a private and a public channel claim is not imported', async () => {
  const memory = new FakeMemory();
  const files = sampleExport().map((file) =>
    file.name === 'channels.json' ? { ...file, content: [{ id: 'C1', name: 'board', members: [] }] } : file,
  );
  const { problems } = await run(await zipOf(files), memory);
  expect(problems).toContainEqual({
    file: 'board/',
    line: null,
    problem: 'belongs to more than one conversation; its messages were not imported',
  });
  expect(memory.of('message').map(({ message }) => message.text)).not.toContain('Between us');
});

test('an export of another workspace makes nobody a stranger who is at home there', async () => {
  const memory = new FakeMemory();
  await run(await zipOf(sampleExport()), memory, { team: 'LOCAL' });
  const strangers = memory
    .of('person')
    .filter(({ person }) => person.isStranger)
    .map(({ person }) => person.id);
  expect(strangers).toStrictEqual(['U4', 'U8']);
  expect(memory.events.every(({ team }) => team === 'LOCAL')).toBe(true);
});

test.each([
  '../evil.json',
  'general/../../evil.json',
  '/etc/evil.json',
  'C:/evil.json',
  'general\\..\\..\\evil.json',
  'a\u001b[2J.json',
])('a zip with the path %j is refused as a whole', async (name) => {
  const memory = new FakeMemory();
  const path = await zipOf(withFile(name, []));
  await expect(run(path, memory)).rejects.toMatchObject({ code: 'EXPORT_REFUSED' });
  expect(memory.events).toStrictEqual([]);
});

test('what is no Slack export gives a clear error', async () => {
  const memory = new FakeMemory();
  const text = join(dir.path, 'notes.zip');
  await writeFile(text, 'no zip at all');
  const empty = join(dir.path, 'empty.zip');
  await writeFile(empty, '');
  const cut = await zipOf(sampleExport());
  await truncate(cut, (await stat(cut)).size - 30);
  const cases: [string, RegExp][] = [
    [join(dir.path, 'missing.zip'), /does not exist/],
    [dir.path, /is no file/],
    [text, /is no zip/],
    [empty, /is no zip/],
    [cut, /is no zip, or was cut off/],
    [await zipOf([]), /holds no users.json/],
    [await zipOf([{ name: 'photo.jpg', content: 'x' }]), /holds no users.json/],
    [await zipOf([{ name: 'users.json', content: [] }]), /holds no channels.json/],
  ];
  for (const [path, message] of cases) {
    await expect(run(path, memory)).rejects.toMatchObject({
      code: 'EXPORT_UNREADABLE',
      message: expect.stringMatching(message),
    });
  }
});

test('a damaged list of files gives a clear error', async () => {
  const path = await zipOf(sampleExport());
  const bytes = await readFile(path);
  const at = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
  await using file = await open(path, 'r+');
  await file.write(Buffer.from('XXXX'), 0, 4, at);
  await expect(run(path, new FakeMemory())).rejects.toMatchObject({ code: 'EXPORT_UNREADABLE' });
});

test('a day file over 64 MiB is named, and the rest is imported', async () => {
  const memory = new FakeMemory();
  const huge = Buffer.alloc(64 * 1024 * 1024 + 1, ' ');
  const result = await run(await zipOf(withFile('general/2023-11-16.json', huge)), memory);
  expect(result.problems).toStrictEqual([
    { file: 'general/2023-11-16.json', line: null, problem: 'is larger than 64 MiB' },
  ]);
  expect(result.messages).toBe(15);
});

test('a file that unpacks to more than it claims is named, and nothing of it is imported', async () => {
  const memory = new FakeMemory();
  const content = [said('U1', '1700100000.000100', 'Hidden size')];
  const result = await run(await zipOf(withFile('general/2023-11-16.json', content, { claimedSize: 50 })), memory);
  expect(result.problems).toMatchObject([
    { file: 'general/2023-11-16.json', line: null, problem: expect.stringContaining('damaged') },
  ]);
  expect(result.messages).toBe(15);
});

test('a file with a wrong checksum is named, and nothing of it is imported', async () => {
  const memory = new FakeMemory();
  const content = [said('U1', '1700100000.000100', 'Flipped bit')];
  const result = await run(await zipOf(withFile('general/2023-11-16.json', content, { claimedCrc: 1 })), memory);
  expect(result.problems).toMatchObject([{ line: null, problem: 'is damaged in the zip: its checksum is wrong' }]);
  expect(memory.messages.size).toBe(15);
});

test('a zip bomb is refused', async () => {
  const zeros = Buffer.alloc(60 * 1024 * 1024);
  const bomb = Array.from({ length: 5 }, (_, index) => ({
    name: `general/2024-01-0${index + 1}.json`,
    content: zeros,
  }));
  await expect(run(await zipOf([...sampleExport(), ...bomb]), new FakeMemory())).rejects.toMatchObject({
    code: 'EXPORT_REFUSED',
  });
});

test('texts with NUL and lone surrogates become storable', async () => {
  const memory = new FakeMemory();
  const broken = '[{"type":"message","user":"U1","ts":"1700100000.000100","text":"a\\u0000b\\ud800c"}]';
  await run(await zipOf(withFile('general/2023-11-16.json', broken)), memory);
  const message = memory.messages.get('C1 1700100000.000100');
  expect(message?.text.isWellFormed()).toBe(true);
  expect(`${message?.text}${message?.rawText}`).not.toContain('\0');
});

import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PlaceFacts } from '../src/db/audience.ts';
import { migrate } from '../src/db/migrate.ts';
import type { OpenDatabase } from '../src/db/open.ts';
import { inTransaction } from '../src/db/query.ts';
import { type Remembered, readChannel, readMessage, readThread } from '../src/db/remembered.ts';
import { saveWorkspace } from '../src/db/workspaces.ts';
import { readableFrom, refreshMemberships, type Scope, scopeOf } from '../src/memory/audience.ts';
import { type Happening, ingest } from '../src/memory/ingest.ts';
import { recall } from '../src/memory/recall.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { openTestDatabase } from './support/start-pup.ts';

/** A world is what Slack knows; the model below says who may read what in it, in the words of the design page. */
interface World {
  readonly people: readonly ('colleague' | 'guest' | 'stranger')[];
  readonly rooms: readonly { readonly kind: 'public' | 'private' | 'group' | 'direct'; readonly shared: boolean }[];
  readonly steps: readonly Step[];
  /** Rooms whose members the chat cannot tell just now. */
  readonly unknownRooms: readonly number[];
}
type Step =
  | { readonly do: 'join' | 'leave'; readonly room: number; readonly person: number }
  | { readonly do: 'say' | 'edit' | 'delete'; readonly room: number; readonly person: number; readonly at: number };

const personCount = 4;
const roomCount = 6;
const index = (count: number) => fc.nat(count - 1);
const world: fc.Arbitrary<World> = fc.record({
  people: fc.array(fc.constantFrom('colleague', 'colleague', 'colleague', 'guest', 'stranger'), {
    minLength: personCount,
    maxLength: personCount,
  }),
  rooms: fc.array(
    fc.record({
      kind: fc.constantFrom('public', 'public', 'private', 'group', 'direct'),
      shared: fc.constantFrom(false, false, false, true),
    }),
    { minLength: roomCount, maxLength: roomCount },
  ),
  steps: fc.array(
    fc.oneof(
      fc.record({
        do: fc.constantFrom<'join' | 'leave'>('join', 'join', 'leave'),
        room: index(roomCount),
        person: index(personCount),
      }),
      fc.record({
        do: fc.constantFrom<'say' | 'edit' | 'delete'>('say', 'say', 'say', 'edit', 'delete'),
        room: index(roomCount),
        person: index(personCount),
        at: fc.nat(9),
      }),
    ),
    { minLength: 8, maxLength: 30 },
  ),
  unknownRooms: fc.array(index(roomCount), { maxLength: 1 }),
}) as fc.Arbitrary<World>;

let database: OpenDatabase;
let worlds = 0;

beforeAll(async () => {
  ({ database } = await openTestDatabase());
  await migrate(database.pool, createLogger('silent'));
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

const roomId = (room: number) => `R${room}`;
const personId = (person: number) => `P${person}`;
const tsOf = (at: number) => `17000000${10 + at}.000100`;

/** The members as the chat knows them: a direct message has its person (the room's number modulo people) and nobody else. */
function membersIn({ rooms, steps }: World): Set<number>[] {
  const members = rooms.map(({ kind }, room) => new Set<number>(kind === 'direct' ? [room % personCount] : []));
  for (const step of steps) {
    if (rooms[step.room]?.kind === 'direct') continue;
    if (step.do === 'join' || step.do === 'say') members[step.room]?.add(step.person);
    if (step.do === 'leave') members[step.room]?.delete(step.person);
  }
  return members;
}

/** The audience rule, written from the design page and not from the code. */
function mayUse(w: World, members: readonly Set<number>[], place: number, asker: number, from: number): boolean {
  if (from === place) return true;
  const here = w.rooms[place];
  const there = w.rooms[from];
  if (here === undefined || there === undefined || here.shared || there.kind === 'direct') return false;
  const standing = w.people[asker];
  const known = !w.unknownRooms.includes(from);
  if (here.kind === 'direct') {
    if (standing === 'stranger') return false;
    const isMember = known && members[from]?.has(asker) === true;
    return standing === 'guest' ? isMember : there.kind === 'public' || isMember;
  }
  const readers = [...(members[place] ?? []), asker];
  if (readers.some((person) => w.people[person] !== 'colleague')) return false;
  return there.kind === 'public';
}

async function build(team: string, w: World): Promise<void> {
  const happenings: Happening[] = [
    ...w.people.map((standing, person): Happening => {
      const base = {
        id: personId(person),
        name: personId(person),
        displayName: null,
        isBot: false,
        deleted: false,
        timeZone: null,
      };
      return {
        type: 'person',
        person: { ...base, isGuest: standing === 'guest', isStranger: standing === 'stranger' },
      };
    }),
    ...w.rooms.map(({ kind, shared }, room): Happening => {
      return {
        type: 'conversation',
        conversation: { id: roomId(room), kind, name: `room${room}`, archived: false, shared },
      };
    }),
    ...w.rooms.flatMap(({ kind }, room): Happening[] =>
      kind === 'direct' ? [{ type: 'join', channel: roomId(room), person: personId(room % personCount) }] : [],
    ),
  ];
  for (const step of w.steps) {
    const channel = roomId(step.room);
    const kind = w.rooms[step.room]?.kind ?? null;
    const isDirect = kind === 'direct';
    if (!('at' in step)) {
      if (!isDirect) happenings.push({ type: step.do, channel, person: personId(step.person) });
      continue;
    }
    if (step.do === 'delete') {
      happenings.push({ type: 'delete', channel, ts: tsOf(step.at) });
      continue;
    }
    if (step.do === 'say' && !isDirect) happenings.push({ type: 'join', channel, person: personId(step.person) });
    const text = `walnut ${step.do} in ${channel}`;
    const message = {
      channel,
      ts: tsOf(step.at),
      threadTs: null,
      author: personId(step.person),
      authorIsBot: false,
      text,
      rawText: text,
      subtype: null,
      editedTs: step.do === 'edit' ? tsOf(step.at + 20) : null,
      files: [],
      toPup: false,
      replyKey: null,
      kind,
      owesReply: false,
    };
    happenings.push({ type: step.do === 'edit' ? 'edit' : 'message', message });
  }
  await inTransaction(database.pool, (client) => ingest(client, team, happenings));
}

/** Asks from every room as one person, and returns every message that was used though the model forbids it. */
async function findLeaks(w: World, rule?: (facts: PlaceFacts) => Scope): Promise<string[]> {
  worlds += 1;
  const team = `T${worlds}`;
  const db = database.pool;
  await saveWorkspace(db, team, 'PUP');
  await build(team, w);
  const members = membersIn(w);
  const leaks: string[] = [];
  for (let room = 0; room < roomCount; room += 1) {
    const isDirect = w.rooms[room]?.kind === 'direct';
    const asker = isDirect ? room % personCount : (worlds + room) % personCount;
    const place = { team, channel: roomId(room), asker: personId(asker) };
    const chatMembers = (channel: string) => {
      const number = Number(channel.slice(1));
      return w.unknownRooms.includes(number) ? null : [...(members[number] ?? [])].map(personId);
    };
    await refreshMemberships(db, place, async (_team, channel) => chatMembers(channel));
    const readable = await readableFrom(db, place, rule);
    const used = await recall(
      db,
      readable,
      { text: 'walnut', embedding: null, embeddingModel: 'none' },
      { limit: 100 },
    );
    const read: Remembered[] = [];
    for (const distance of [0, 1, 3]) {
      const channel = roomId((room + distance) % roomCount);
      read.push(...(await readChannel(db, readable, channel, null, 50)));
      read.push(...(await readThread(db, readable, channel, tsOf(0), 50)));
      const one = await readMessage(db, readable, channel, tsOf(0));
      if (one !== null) read.push(one);
    }
    for (const { channel, text } of [...used, ...read]) {
      const from = Number(channel.slice(1));
      if (!mayUse(w, members, room, asker, from)) leaks.push(`${channel} in ${place.channel} for ${place.asker}`);
      if (text === '') leaks.push(`a deleted message of ${channel}`);
    }
  }
  return leaks;
}

// a fifth of them against a server: each world costs it some 60 round trips
const numRuns = process.env.PUP_TEST_DATABASE === 'postgres' ? 400 : 2000;

test('no recall, context or read shows what the audience rule does not allow, in 2,000 random worlds', {
  timeout: 600_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(world, async (w) => {
      expect(await findLeaks(w)).toEqual([]);
    }),
    { numRuns },
  );
});

const mutants: Record<string, (facts: PlaceFacts) => Scope> = {
  'private channels are treated as public': (facts) =>
    facts.kind === 'private' || facts.kind === 'group' ? 'everything of the asker' : scopeOf(facts),
  'guests are treated as colleagues': (facts) => scopeOf({ ...facts, outsiders: false, asker: 'colleague' }),
  'shared channels are treated as our own': (facts) => scopeOf({ ...facts, shared: false, outsiders: false }),
  'a public channel shows what its asker may read': (facts) =>
    facts.kind === 'public' ? 'everything of the asker' : scopeOf(facts),
};

test.for(Object.entries(mutants))('the property fails when %s', { timeout: 120_000 }, async ([, mutant]) => {
  const outcome = await fc.check(
    fc.asyncProperty(world, async (w) => {
      expect(await findLeaks(w, mutant)).toEqual([]);
    }),
    { numRuns: 500, endOnFailure: true },
  );
  expect(outcome.failed).toBe(true);
});

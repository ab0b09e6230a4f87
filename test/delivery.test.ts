import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAnswerLoop } from '../src/conversation/answer-loop.ts';
import type { ChatEvent, ChatMessage } from '../src/conversation/chat.ts';
import { createReceive } from '../src/conversation/receive.ts';
import { migrate } from '../src/db/migrate.ts';
import type { OpenDatabase } from '../src/db/open.ts';
import { endReply, type OwedReply } from '../src/db/replies.ts';
import { saveWorkspace } from '../src/db/workspaces.ts';
import { InvalidInput } from '../src/errors.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { openTestDatabase } from './support/start-pup.ts';

const log = createLogger('silent');
let database: OpenDatabase;
let teams = 0;

beforeAll(async () => {
  ({ database } = await openTestDatabase());
  await migrate(database.pool, log);
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

async function newTeam() {
  teams += 1;
  const team = `T${teams}`;
  await saveWorkspace(database.pool, team, 'PUP');
  const receive = createReceive({
    db: database.pool,
    pupId: () => 'PUP',
    answer: 'all',
    onOwed: () => {},
    onUnembedded: async () => {},
  });
  return { team, receive };
}

const now = Math.floor(Date.now() / 1000);
function said(overrides: Partial<ChatMessage> = {}): ChatMessage {
  return {
    channel: 'C1',
    ts: `${now}.000100`,
    threadTs: null,
    author: 'U1',
    authorIsBot: false,
    text: '@pup hello',
    rawText: '<@PUP> hello',
    subtype: null,
    editedTs: null,
    files: [],
    mentionsPup: true,
    replyKey: null,
    ...overrides,
  };
}
const endedWell = {
  outcome: 'answered',
  reason: null,
  postedTs: null,
  model: null,
  inputTokens: null,
  outputTokens: null,
} as const;

async function stored(team: string) {
  const { rows } = await database.pool.query<{ text: string; deleted: boolean }>(
    'select text, deleted from message where team = $1',
    [team],
  );
  return rows;
}
async function owed(team: string) {
  const { rows } = await database.pool.query<{ state: string }>('select state from reply where team = $1', [team]);
  return rows.map(({ state }) => state);
}

test('an event that comes four times, as message and as mention, in any order, is stored once and owes one reply', async () => {
  const { team, receive } = await newTeam();
  const message: ChatEvent = { type: 'message', team, kind: 'public', message: said() };
  const mention: ChatEvent = { type: 'message', team, kind: null, message: said() };
  for (const event of [mention, message, mention, message, message, mention, message, mention]) await receive([event]);
  await Promise.all([message, mention, message].map((event) => receive([event])));
  expect(await stored(team)).toEqual([{ text: '@pup hello', deleted: false }]);
  expect(await owed(team)).toEqual(['owed']);
});

test('message, edits and deletion end the same in every order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray([0, 1, 2, 3, 0, 1], { minLength: 6 }),
      fc.boolean(),
      async (order, withDeletion) => {
        const { team, receive } = await newTeam();
        const kinds: ChatEvent[] = [
          { type: 'message', team, kind: 'public', message: said({ text: 'first' }) },
          { type: 'edit', team, kind: 'public', message: said({ text: 'second', editedTs: `${now + 1}.000000` }) },
          { type: 'edit', team, kind: 'public', message: said({ text: 'third', editedTs: `${now + 2}.000000` }) },
          ...(withDeletion ? [{ type: 'delete', team, channel: 'C1', ts: `${now}.000100` } as const] : []),
        ];
        for (const step of order) {
          const event = kinds[step];
          if (event !== undefined) await receive([event]);
        }
        expect(await stored(team)).toEqual([
          withDeletion ? { text: '', deleted: true } : { text: 'third', deleted: false },
        ]);
        if (withDeletion) expect((await owed(team)).filter((state) => state === 'owed')).toEqual([]);
      },
    ),
    { numRuns: 150 },
  );
});

test('bots, pup itself, imports and plain talk owe no reply; a direct message does', async () => {
  const { team, receive } = await newTeam();
  const message = (overrides: Partial<ChatMessage>, kind: 'public' | 'direct' = 'public'): ChatEvent => ({
    type: 'message',
    team,
    kind,
    message: said(overrides),
  });
  await receive([
    message({ ts: `${now}.000001`, authorIsBot: true }),
    message({ ts: `${now}.000002`, author: 'PUP' }, 'direct'),
    message({ ts: `${now}.000003`, mentionsPup: false }),
  ]);
  expect(await owed(team)).toEqual([]);
  await receive([message({ ts: `${now}.000004`, channel: 'D1', mentionsPup: false }, 'direct')]);
  expect(await owed(team)).toEqual(['owed']);
});

test('a failing batch stores nothing of itself', async () => {
  const { team, receive } = await newTeam();
  const good: ChatEvent = { type: 'message', team, kind: 'public', message: said() };
  const bad: ChatEvent = { type: 'message', team, kind: 'public', message: said({ ts: 'no number' }) };
  await expect(receive([good, bad])).rejects.toThrow();
  expect(await stored(team)).toEqual([]);
});

test('two processes write each owed reply once, and a lease that ran out is taken over', async () => {
  const { team, receive } = await newTeam();
  const count = 30;
  await receive(
    Array.from({ length: count }, (_, index): ChatEvent => {
      return {
        type: 'message',
        team,
        kind: 'public',
        message: said({ ts: `${now}.${String(index + 1).padStart(6, '0')}` }),
      };
    }),
  );
  // a process that claimed some and died
  await database.pool.query(
    `update reply set lease_owner = 'dead', lease_until = now() + interval '1 second' where team = $1 and asked_ts < $2`,
    [team, `${now}.000010`],
  );
  const written: string[] = [];
  const write = async (reply: OwedReply) => {
    if (reply.team !== team) return endReply(database.pool, reply, endedWell);
    written.push(reply.askedTs);
    return endReply(database.pool, reply, endedWell);
  };
  const start = () => startAnswerLoop({ db: database.pool, concurrency: 3, log, write, pollMs: 100 });
  {
    await using _one = start();
    await using _two = start();
    await expect
      .poll(() => owed(team).then((states) => states.filter((state) => state === 'owed')), { timeout: 15_000 })
      .toEqual([]);
  }
  expect(written.toSorted()).toHaveLength(count);
  expect(new Set(written).size).toBe(count);
});

test('a reply that fails is tried again, and given up when a retry cannot help', async () => {
  const { team, receive } = await newTeam();
  await receive([
    { type: 'message', team, kind: 'public', message: said({ ts: `${now}.000001` }) },
    { type: 'message', team, kind: 'public', message: said({ ts: `${now}.000002` }) },
  ]);
  const attempts = new Map<string, number>();
  const write = async (reply: OwedReply) => {
    if (reply.team !== team) return;
    attempts.set(reply.askedTs, (attempts.get(reply.askedTs) ?? 0) + 1);
    if (reply.askedTs.endsWith('1')) throw new InvalidInput('can never work');
    if (reply.attempt < 3) throw new Error('not yet');
    await endReply(database.pool, reply, endedWell);
  };
  {
    await using _loop = startAnswerLoop({ db: database.pool, concurrency: 2, log, write, pollMs: 50 });
    await expect.poll(async () => (await owed(team)).toSorted(), { timeout: 15_000 }).toEqual(['done', 'dropped']);
  }
  expect([...attempts].toSorted()).toEqual([
    [`${now}.000001`, 1],
    [`${now}.000002`, 3],
  ]);
});

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import type { Chat, ChatEvent, ReceiveEvents } from './conversation/chat.ts';
import { listConversations } from './db/conversations.ts';
import { findByReplyKey } from './db/messages.ts';
import { listPeople } from './db/people.ts';
import { findShown, listShown } from './db/shown-messages.ts';
import { listWorkspaces, saveWorkspace } from './db/workspaces.ts';
import type { Logger } from './telemetry/log.ts';
import { EventHub } from './workspace/event-hub.ts';
import { createLocalChat } from './workspace/local-chat.ts';
import { localPup, localTeam, type WorkspaceReads } from './workspace/reads.ts';
import { registerWorkspace } from './workspace/routes.ts';
import { loadSampleCompany, sampleEvents } from './workspace/sample-company/load.ts';
import { createTimestamps } from './workspace/timestamps.ts';

interface LocalWorkspaceParts {
  readonly db: pg.Pool;
  readonly log: Logger;
  readonly receive: ReceiveEvents;
  readonly server: FastifyInstance;
  readonly stack: AsyncDisposableStack;
}

/** Builds the local workspace over what pup remembers, puts it on the server, and fills it when it is empty. */
export async function openLocalWorkspace({ db, log, receive, server, stack }: LocalWorkspaceParts): Promise<Chat> {
  const hub = stack.use(new EventHub());
  const nextTs = createTimestamps();
  const reads = localReads(db);
  await moveIn(db, log, receive);
  const { suggestions } = loadSampleCompany();
  await server.register(async (scope) => {
    registerWorkspace(scope, { reads, receive, hub, nextTs, suggestions, log });
    await servePage(scope);
  });
  return createLocalChat({ reads, receive, hub, nextTs });
}

async function servePage(scope: FastifyInstance): Promise<void> {
  const built = ['../dist/web', './web']
    .map((path) => join(import.meta.dirname, path))
    .find((path) => existsSync(path));
  if (built === undefined) throw new Error('The page of the local workspace is not built. Run npm run build.');
  await scope.register(fastifyStatic, { root: built });
}

function localReads(db: pg.Pool): WorkspaceReads {
  return {
    people: () => listPeople(db, localTeam),
    async rooms() {
      const conversations = await listConversations(db, localTeam);
      return conversations.flatMap(({ kind, ...room }) => (kind === null ? [] : [{ ...room, kind }]));
    },
    messages: (channel, page) => listShown(db, localTeam, channel, page),
    message: (channel, ts) => findShown(db, localTeam, channel, ts),
    replyPosted: (channel, key) => findByReplyKey(db, localTeam, channel, key),
  };
}

/** Fills an empty local workspace with the sample company, and sees to pup and a direct message with it for everyone. */
async function moveIn(db: pg.Pool, log: Logger, receive: ReceiveEvents): Promise<void> {
  const known = (await listWorkspaces(db)).some(({ team }) => team === localTeam);
  if (!known) {
    const events = sampleEvents(loadSampleCompany(), { team: localTeam, now: new Date() });
    await receive(events);
    log.info({ events: events.length }, 'sample company moved in');
  }
  const rooms = new Set((await listConversations(db, localTeam)).map(({ id }) => id));
  const people = (await listPeople(db, localTeam)).filter(({ id, isBot }) => !isBot && !rooms.has(`D-${id}`));
  const pup = {
    id: localPup,
    name: 'pup',
    displayName: 'pup',
    isBot: true,
    isGuest: false,
    isStranger: false,
    deleted: false,
    timeZone: null,
  };
  const directs = people.flatMap(({ id }): ChatEvent[] => {
    const conversation = { id: `D-${id}`, kind: 'direct', name: null, archived: false, shared: false } as const;
    return [
      { type: 'conversation', team: localTeam, conversation },
      { type: 'join', team: localTeam, channel: conversation.id, person: id },
    ];
  });
  await receive([{ type: 'person', team: localTeam, person: pup }, ...directs]);
  // last, so that a start that was cut off is done again
  await saveWorkspace(db, localTeam, localPup);
}

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ReceiveEvents } from '../conversation/chat.ts';
import type { Logger } from '../telemetry/log.ts';
import type { EventHub } from './event-hub.ts';
import { answerErrors, guardWorkspace, WorkspaceRefusal } from './guard.ts';
import { localPup, localTeam, type Room, type ShownMessage, type WorkspaceReads } from './reads.ts';
import { toChatMessage } from './say.ts';
import { mayRead, readersOf, toWireMessage, toWirePerson, toWireRoom } from './wire.ts';

export interface WorkspaceOptions {
  readonly reads: WorkspaceReads;
  readonly receive: ReceiveEvents;
  readonly hub: EventHub;
  readonly nextTs: () => string;
  readonly suggestions: readonly string[];
  readonly log: Logger;
}

const ts = z.string().regex(/^\d{1,12}\.\d{6}$/, 'a message id like 1700000000.000100');
const person = z.string().min(1).max(100);
const text = z
  .string()
  .max(40_000, 'at most 40,000 characters')
  .refine((value) => value.trim() !== '', 'the text is empty');
const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  as: person.optional(),
  before: ts.optional(),
  around: ts.optional(),
  thread_ts: ts.optional(),
  roots: z.stringbool().default(false),
});
const postBody = z.object({ as: person, text, thread_ts: ts.nullish() });
const editBody = z.object({ as: person, text });
const roomParams = z.object({ id: z.string().max(100) });
const messageParams = z.object({ id: z.string().max(100), ts });

/** The HTTP interface of the local workspace, under /workspace/api. No login: it must be on loopback alone. */
export function registerWorkspace(app: FastifyInstance, options: WorkspaceOptions): void {
  const { reads, hub } = options;
  guardWorkspace(app);
  // a form of another page can send plain text without asking first
  app.removeContentTypeParser('text/plain');
  answerErrors(app, options.log);

  app.get('/workspace/api/people', async () => (await reads.people()).map(toWirePerson));
  app.get('/workspace/api/suggestions', async () => ({ suggestions: options.suggestions }));
  app.get('/workspace/api/channels', async (request) => {
    const { as } = z.object({ as: person.optional() }).parse(request.query);
    const rooms = await reads.rooms();
    if (as === undefined) return rooms.map(toWireRoom);
    await findPerson(options, as);
    return rooms.filter((room) => mayRead(room, as)).map(toWireRoom);
  });
  app.get('/workspace/api/channels/:id/messages', async (request) => {
    const query = pageQuery.parse(request.query);
    const room = await findRoom(options, roomParams.parse(request.params).id, query.as);
    return readPage(reads, room.id, query);
  });
  app.get('/workspace/api/events', async (request, reply) => {
    const { as } = z.object({ as: person }).parse(request.query);
    await findPerson(options, as);
    reply.hijack();
    hub.subscribe(as, reply.raw);
  });
  app.post('/workspace/api/channels/:id/messages', async (request, reply) => {
    const posted = await postMessage(options, roomParams.parse(request.params).id, postBody.parse(request.body));
    return reply.status(201).send({ ok: true, ...posted });
  });
  app.patch('/workspace/api/channels/:id/messages/:ts', async (request) => {
    const params = messageParams.parse(request.params);
    await editMessage(options, params, editBody.parse(request.body));
    return { ok: true };
  });
  app.delete('/workspace/api/channels/:id/messages/:ts', async (request) => {
    const params = messageParams.parse(request.params);
    const { as } = z.object({ as: person }).parse(request.query);
    const { room } = await findOwnMessage(options, params, as);
    await options.receive([{ type: 'delete', team: localTeam, channel: room.id, ts: params.ts }]);
    hub.publish({ name: 'delete', readers: readersOf(room), data: { channel: room.id, ts: params.ts } });
    return { ok: true };
  });
}

async function readPage(reads: WorkspaceReads, channel: string, query: z.infer<typeof pageQuery>): Promise<unknown> {
  const page = { threadTs: query.thread_ts ?? null, rootsOnly: query.roots, before: null, after: null };
  if (query.around !== undefined) {
    const half = Math.max(1, Math.floor(query.limit / 2));
    const older = await reads.messages(channel, { ...page, limit: half, before: query.around });
    const newer = await reads.messages(channel, { ...page, limit: query.limit - older.length, after: query.around });
    return { messages: [...older, ...newer].map(toWireMessage), has_more: older.length === half };
  }
  const found = await reads.messages(channel, { ...page, limit: query.limit + 1, before: query.before ?? null });
  return { messages: found.slice(-query.limit).map(toWireMessage), has_more: found.length > query.limit };
}

async function postMessage(
  options: WorkspaceOptions,
  channel: string,
  body: z.infer<typeof postBody>,
): Promise<{ channel: string; ts: string }> {
  const { reads, receive, hub } = options;
  await findPerson(options, body.as);
  const room = await findRoom(options, channel, body.as);
  if (room.archived) throw new WorkspaceRefusal(409, 'ARCHIVED', `#${room.name} is archived: nobody can write there.`);
  const root = body.thread_ts ? await reads.message(room.id, body.thread_ts) : null;
  if (body.thread_ts && root === null)
    throw new WorkspaceRefusal(404, 'NO_SUCH_THREAD', `There is no message ${body.thread_ts} in ${channel}.`);
  const said = {
    channel: room.id,
    ts: options.nextTs(),
    threadTs: root === null ? null : (root.threadTs ?? root.ts),
    author: body.as,
    text: body.text,
    editedTs: null,
  };
  const message = toChatMessage(said, await reads.people(), await reads.rooms());
  await receive([{ type: 'message', team: localTeam, kind: room.kind, message }]);
  await publish(reads, hub, room, message.ts);
  return { channel: room.id, ts: message.ts };
}

async function editMessage(
  options: WorkspaceOptions,
  params: z.infer<typeof messageParams>,
  body: z.infer<typeof editBody>,
): Promise<void> {
  const { reads, receive, hub } = options;
  const { room, message } = await findOwnMessage(options, params, body.as);
  const said = {
    channel: room.id,
    ts: message.ts,
    threadTs: message.threadTs,
    author: body.as,
    text: body.text,
    editedTs: options.nextTs(),
  };
  const edited = toChatMessage(said, await reads.people(), await reads.rooms());
  await receive([{ type: 'edit', team: localTeam, kind: room.kind, message: edited }]);
  await publish(reads, hub, room, message.ts);
}

async function publish(reads: WorkspaceReads, hub: EventHub, room: Room, messageTs: string): Promise<void> {
  const message = await reads.message(room.id, messageTs);
  if (message !== null) hub.publish({ name: 'message', readers: readersOf(room), data: toWireMessage(message) });
}

async function findPerson({ reads }: WorkspaceOptions, id: string): Promise<void> {
  const known = (await reads.people()).some((candidate) => candidate.id === id && id !== localPup);
  if (!known)
    throw new WorkspaceRefusal(
      404,
      'NO_SUCH_PERSON',
      `There is no person ${id}. GET /workspace/api/people lists them.`,
    );
}

async function findRoom({ reads }: WorkspaceOptions, id: string, as: string | undefined): Promise<Room> {
  const room = (await reads.rooms()).find((candidate) => candidate.id === id);
  if (room === undefined)
    throw new WorkspaceRefusal(
      404,
      'NO_SUCH_CHANNEL',
      `There is no channel ${id}. GET /workspace/api/channels lists them.`,
    );
  if (as !== undefined && !mayRead(room, as))
    throw new WorkspaceRefusal(403, 'NOT_A_MEMBER', `${as} is not a member of ${id}.`);
  return room;
}

async function findOwnMessage(
  options: WorkspaceOptions,
  params: z.infer<typeof messageParams>,
  as: string,
): Promise<{ room: Room; message: ShownMessage }> {
  const room = await findRoom(options, params.id, as);
  const message = await options.reads.message(room.id, params.ts);
  if (message === null)
    throw new WorkspaceRefusal(404, 'NO_SUCH_MESSAGE', `There is no message ${params.ts} in ${params.id}.`);
  if (message.author !== as) throw new WorkspaceRefusal(403, 'NOT_YOURS', 'People can change their own messages only.');
  return { room, message };
}

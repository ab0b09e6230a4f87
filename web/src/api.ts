import * as z from 'zod/mini';

/** The workspace's HTTP interface. Everything that comes in is checked here, once. */

const personSchema = z.object({
  id: z.string(),
  name: z.string(),
  display_name: z.nullish(z.string()),
  is_bot: z.boolean(),
  is_pup: z.boolean(),
  is_guest: z.boolean(),
});
export type Person = z.infer<typeof personSchema>;

const channelSchema = z.object({
  id: z.string(),
  name: z.nullish(z.string()),
  kind: z.enum(['public', 'private', 'group', 'direct']),
  members: z.array(z.string()),
  archived: z.boolean(),
});
export type Channel = z.infer<typeof channelSchema>;

const sourceSchema = z.object({
  channel: z.string(),
  ts: z.string(),
  thread_ts: z.nullish(z.string()),
  permalink: z.string(),
});
export type Source = z.infer<typeof sourceSchema>;

const messageSchema = z.object({
  ts: z.string(),
  channel: z.string(),
  user: z.string(),
  text: z.string(),
  thread_ts: z.nullish(z.string()),
  reply_count: z._default(z.number(), 0),
  edited_ts: z.nullish(z.string()),
  is_pup: z._default(z.boolean(), false),
  files: z._default(z.array(z.object({ name: z.string() })), []),
  sources: z._default(z.array(sourceSchema), []),
  /** On pup's answers: the key of the stream that the message replaces. */
  key: z.nullish(z.string()),
});
export type Message = z.infer<typeof messageSchema>;

const pageSchema = z.object({ messages: z.array(messageSchema), has_more: z.boolean() });
export type Page = z.infer<typeof pageSchema>;

const streamSchema = z.object({
  channel: z.string(),
  thread_ts: z.nullish(z.string()),
  key: z.string(),
  text: z.string(),
});
export type Stream = z.infer<typeof streamSchema>;

const statusSchema = z.object({
  channel: z.string(),
  thread_ts: z.nullish(z.string()),
  asked_ts: z.string(),
  text: z.nullish(z.string()),
});
export type Status = z.infer<typeof statusSchema>;

const deletedSchema = z.object({ channel: z.string(), ts: z.string() });
export type Deleted = z.infer<typeof deletedSchema>;

const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

export type LiveEvent =
  /** `own`: this page has just posted it; what the server says of it counts more, whichever comes first. */
  | { readonly type: 'message'; readonly message: Message; readonly own?: true }
  | { readonly type: 'delete'; readonly deleted: Deleted }
  | { readonly type: 'stream'; readonly stream: Stream }
  | { readonly type: 'status'; readonly status: Status }
  | { readonly type: 'channels' }
  /** The connection came back: what was said in between has to be fetched. */
  | { readonly type: 'reconnected' };

/** An answer of the API that is no success; `status` is 0 when the server could not be reached. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.code = code;
  }
}

async function request(path: string, init: RequestInit = {}): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(`/workspace/api${path}`, init);
  } catch (cause) {
    throw new ApiError(0, 'UNREACHABLE', 'pup cannot be reached', { cause });
  }
  const body = await readBody(response);
  if (response.ok) return body;
  const known = errorSchema.safeParse(body);
  if (known.success) throw new ApiError(response.status, known.data.error.code, known.data.error.message);
  // A proxy answers 502 or 504 in pup's place while pup is down.
  if (response.status === 502 || response.status === 504) throw new ApiError(0, 'UNREACHABLE', 'pup cannot be reached');
  throw new ApiError(response.status, 'HTTP_ERROR', `The server answered with status ${response.status}`);
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (!response.ok) return null;
    throw new ApiError(response.status, 'BAD_ANSWER', 'The server answered with something that is no JSON', { cause });
  }
}

function parse<T extends z.ZodMiniType>(schema: T, body: unknown): z.infer<T> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new ApiError(200, 'BAD_ANSWER', 'The server answered in a form that this page does not know', {
    cause: result.error,
  });
}

const withJson = (method: string, body: unknown): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const messagesPath = (channel: string): string => `/channels/${encodeURIComponent(channel)}/messages`;

export async function fetchPeople(): Promise<Person[]> {
  return parse(z.array(personSchema), await request('/people'));
}

export async function fetchChannels(as: string): Promise<Channel[]> {
  return parse(z.array(channelSchema), await request(`/channels?${new URLSearchParams({ as })}`));
}

export async function fetchSuggestions(): Promise<string[]> {
  const body = parse(z.object({ suggestions: z.array(z.string()) }), await request('/suggestions'));
  return body.suggestions;
}

export interface PageOptions {
  readonly before?: string;
  readonly around?: string;
  readonly thread_ts?: string;
  readonly limit?: number;
}

/** One page of a conversation, oldest first. */
export async function fetchMessages(channel: string, as: string, options: PageOptions = {}): Promise<Page> {
  const { limit = 50, ...bounds } = options;
  const roots = bounds.thread_ts === undefined ? { roots: 'true' } : {};
  const query = new URLSearchParams({ as, limit: String(limit), ...roots, ...bounds });
  return parse(pageSchema, await request(`${messagesPath(channel)}?${query}`));
}

export async function postMessage(
  channel: string,
  body: { readonly as: string; readonly text: string; readonly thread_ts?: string },
): Promise<string> {
  return parse(z.object({ ts: z.string() }), await request(messagesPath(channel), withJson('POST', body))).ts;
}

export async function editMessage(channel: string, ts: string, as: string, text: string): Promise<void> {
  await request(`${messagesPath(channel)}/${encodeURIComponent(ts)}`, withJson('PATCH', { as, text }));
}

export async function deleteMessage(channel: string, ts: string, as: string): Promise<void> {
  const query = new URLSearchParams({ as });
  await request(`${messagesPath(channel)}/${encodeURIComponent(ts)}?${query}`, { method: 'DELETE' });
}

const parsers: Record<string, (data: unknown) => LiveEvent> = {
  message: (data) => ({ type: 'message', message: parse(messageSchema, data) }),
  delete: (data) => ({ type: 'delete', deleted: parse(deletedSchema, data) }),
  stream: (data) => ({ type: 'stream', stream: parse(streamSchema, data) }),
  status: (data) => ({ type: 'status', status: parse(statusSchema, data) }),
  channels: () => ({ type: 'channels' }),
};

/** The names of the events that `parseLiveEvent` knows. */
export const liveEventNames = Object.keys(parsers);

/** One event of `/workspace/api/events`. Throws ApiError on a payload of a wrong shape. */
export function parseLiveEvent(name: string, data: string): LiveEvent {
  const toEvent = parsers[name];
  if (!toEvent) throw new ApiError(200, 'BAD_ANSWER', `The server sent an event that this page does not know: ${name}`);
  return toEvent(data === '' ? null : JSON.parse(data));
}

export const eventsUrl = (as: string): string => `/workspace/api/events?${new URLSearchParams({ as })}`;

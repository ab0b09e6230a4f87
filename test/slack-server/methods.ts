import { ids, type SlackMessageRow, type Workspace } from './workspace.ts';

export type Args = Readonly<Record<string, string>>;
export type Answer = Record<string, unknown> & { readonly ok: boolean };
/** Something that Slack tells the app's listeners. */
export type Emit = (event: Record<string, unknown>) => void;
type Method = (args: Args, workspace: Workspace, emit: Emit) => Answer;

const refuse = (error: string): Answer => ({ ok: false, error });

function json(text: string | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(text);
}

function page<T>(
  items: readonly T[],
  { cursor, limit }: Args,
): { items: readonly T[]; response_metadata: { next_cursor: string } } {
  const from = Number(cursor ?? '0');
  const to = from + Math.min(1000, Number(limit ?? '100'));
  return { items: items.slice(from, to), response_metadata: { next_cursor: to < items.length ? String(to) : '' } };
}

function windowed(
  messages: readonly SlackMessageRow[],
  { oldest, latest, inclusive, include_all_metadata: metadata }: Args,
): SlackMessageRow[] {
  const isIn = ({ ts }: SlackMessageRow) => {
    const at = Number(ts);
    const after = oldest === undefined || at > Number(oldest) || (inclusive === 'true' && at === Number(oldest));
    return after && (latest === undefined || at < Number(latest));
  };
  return messages.filter(isIn).map((message) => {
    const { metadata: hidden, ...row } = message;
    return metadata === 'true' && hidden !== undefined ? { ...row, metadata: hidden } : row;
  });
}

function events(workspace: Workspace, channel: string, emit: Emit) {
  const common = { type: 'message', channel, channel_type: workspace.channelType(channel) };
  return {
    posted: (row: SlackMessageRow) => emit({ ...row, ...common, event_ts: row.ts }),
    changed: (row: SlackMessageRow, before: SlackMessageRow) => {
      const ts = workspace.nextTs();
      emit({
        ...common,
        subtype: 'message_changed',
        hidden: true,
        ts,
        event_ts: ts,
        message: { ...row },
        previous_message: before,
      });
    },
    deleted: (row: SlackMessageRow) => {
      const ts = workspace.nextTs();
      emit({
        ...common,
        subtype: 'message_deleted',
        hidden: true,
        ts,
        event_ts: ts,
        deleted_ts: row.ts,
        previous_message: row,
      });
    },
  };
}

function textLength(blocks: unknown): number {
  if (!Array.isArray(blocks)) return 0;
  return blocks.reduce<number>(
    (sum, block: { type?: string; text?: unknown }) =>
      sum + (block.type === 'markdown' ? String(block.text).length : 0),
    0,
  );
}

function own(workspace: Workspace, { channel = '', ts = '' }: Args): SlackMessageRow | null {
  const row = workspace.find(channel, ts);
  return row?.user === ids.pup ? row : null;
}

const chat: Record<string, Method> = {
  'chat.postMessage': (args, workspace, emit) => {
    const { channel = '', text = '', thread_ts } = args;
    if (!workspace.channels.has(channel)) return refuse('channel_not_found');
    if (!workspace.channel(channel).members.has(ids.pup)) return refuse('not_in_channel');
    const blocks = json(args.blocks);
    if (text === '' && blocks === undefined) return refuse('no_text');
    if (text.length > 40_000 || textLength(blocks) > 12_000) return refuse('msg_too_long');
    const row = workspace.add(channel, {
      user: ids.pup,
      bot_id: ids.bot,
      text,
      ...(thread_ts === undefined ? {} : { thread_ts }),
      ...(blocks === undefined ? {} : { blocks }),
      ...(args.metadata === undefined ? {} : { metadata: json(args.metadata) }),
    });
    events(workspace, channel, emit).posted(row);
    return { ok: true, channel, ts: row.ts, message: row };
  },
  'chat.update': (args, workspace, emit) => {
    const row = own(workspace, args);
    if (row === null) return refuse('message_not_found');
    if (row.streaming_state === 'in_progress') return refuse('streaming_state_conflict');
    const blocks = json(args.blocks);
    if (textLength(blocks) > 12_000) return refuse('msg_too_long');
    const before = { ...row };
    row.text = args.text ?? row.text;
    if (blocks !== undefined) row.blocks = blocks;
    if (args.metadata !== undefined) row.metadata = json(args.metadata);
    row.edited = { user: ids.pup, ts: workspace.nextTs() };
    events(workspace, args.channel ?? '', emit).changed(row, before);
    return { ok: true, channel: args.channel, ts: row.ts, text: row.text };
  },
  'chat.delete': (args, workspace, emit) => {
    const row = own(workspace, args);
    if (row === null) return refuse('message_not_found');
    workspace.remove(args.channel ?? '', row.ts);
    events(workspace, args.channel ?? '', emit).deleted(row);
    return { ok: true, channel: args.channel, ts: row.ts };
  },
  'chat.startStream': (args, workspace, emit) => {
    const { channel = '', thread_ts, markdown_text: text = '' } = args;
    if (!workspace.channels.has(channel)) return refuse('channel_not_found');
    const kind = workspace.channel(channel).kind;
    if (thread_ts === undefined) return refuse('invalid_thread_ts');
    if (kind !== 'direct' && (args.recipient_user_id === undefined || args.recipient_team_id === undefined))
      return refuse('missing_recipient_user_id');
    if (text.length > 12_000) return refuse('msg_too_long');
    const row = workspace.add(channel, {
      user: ids.pup,
      bot_id: ids.bot,
      text,
      thread_ts,
      streaming_state: 'in_progress',
    });
    events(workspace, channel, emit).posted(row);
    return { ok: true, channel, ts: row.ts };
  },
  'chat.appendStream': (args, workspace) => {
    const row = own(workspace, args);
    if (row === null) return refuse('message_not_found');
    if (row.streaming_state !== 'in_progress') return refuse('message_not_in_streaming_state');
    row.text += args.markdown_text ?? '';
    return { ok: true, channel: args.channel, ts: row.ts };
  },
  'chat.stopStream': (args, workspace, emit) => {
    const row = own(workspace, args);
    if (row === null) return refuse('message_not_found');
    if (row.streaming_state !== 'in_progress') return refuse('message_not_in_streaming_state');
    const before = { ...row };
    row.text += args.markdown_text ?? '';
    row.streaming_state = 'completed';
    if (args.metadata !== undefined) row.metadata = json(args.metadata);
    events(workspace, args.channel ?? '', emit).changed(row, before);
    return { ok: true, channel: args.channel, ts: row.ts, message: row };
  },
};

const reads: Record<string, Method> = {
  'auth.test': () => ({
    ok: true,
    url: 'https://acme.slack.com/',
    team: 'Acme',
    team_id: ids.team,
    user: 'pup',
    user_id: ids.pup,
    bot_id: ids.bot,
  }),
  'users.info': ({ user = '' }, workspace) => {
    const person = workspace.people.get(user);
    return person === undefined ? refuse('user_not_found') : { ok: true, user: workspace.describePerson(person) };
  },
  'users.list': (args, workspace) => {
    const { items, response_metadata } = page([...workspace.people.values()], args);
    return { ok: true, members: items.map((person) => workspace.describePerson(person)), response_metadata };
  },
  'users.conversations': (args, workspace) => {
    const joined = [...workspace.channels.values()].filter(({ members }) => members.has(ids.pup));
    const { items, response_metadata } = page(joined, args);
    return { ok: true, channels: items.map((channel) => workspace.describeChannel(channel)), response_metadata };
  },
  'conversations.info': ({ channel = '' }, workspace) => {
    const row = workspace.channels.get(channel);
    return row === undefined ? refuse('channel_not_found') : { ok: true, channel: workspace.describeChannel(row) };
  },
  'conversations.members': (args, workspace) => {
    const row = workspace.channels.get(args.channel ?? '');
    if (row === undefined) return refuse('channel_not_found');
    const { items, response_metadata } = page([...row.members], args);
    return { ok: true, members: items, response_metadata };
  },
  'conversations.history': (args, workspace) => {
    const row = workspace.channels.get(args.channel ?? '');
    if (row === undefined) return refuse('channel_not_found');
    const main = row.messages.filter(
      ({ ts, thread_ts, subtype }) => thread_ts === undefined || thread_ts === ts || subtype === 'thread_broadcast',
    );
    const { items, response_metadata } = page(windowed(main, args).reverse(), args);
    return { ok: true, messages: items, has_more: response_metadata.next_cursor !== '', response_metadata };
  },
  'conversations.replies': (args, workspace) => {
    const row = workspace.channels.get(args.channel ?? '');
    if (row === undefined) return refuse('channel_not_found');
    const thread = row.messages.filter(({ ts, thread_ts }) => ts === args.ts || thread_ts === args.ts);
    if (thread.length === 0) return refuse('thread_not_found');
    const root = thread.filter(({ ts }) => ts === args.ts);
    const replies = windowed(
      thread.filter(({ ts }) => ts !== args.ts),
      args,
    );
    const { items, response_metadata } = page([...root, ...replies], args);
    return { ok: true, messages: items, has_more: response_metadata.next_cursor !== '', response_metadata };
  },
};

const signs: Record<string, Method> = {
  'reactions.add': ({ channel = '', timestamp = '', name = '' }, workspace) => {
    if (workspace.find(channel, timestamp) === undefined) return refuse('message_not_found');
    const id = `${channel} ${timestamp} ${name}`;
    if (workspace.reactions.has(id)) return refuse('already_reacted');
    workspace.reactions.add(id);
    return { ok: true };
  },
  'reactions.remove': ({ channel = '', timestamp = '', name = '' }, workspace) =>
    workspace.reactions.delete(`${channel} ${timestamp} ${name}`) ? { ok: true } : refuse('no_reaction'),
  'assistant.threads.setStatus': ({ channel_id = '', thread_ts = '', status = '' }, workspace) => {
    if (!workspace.channels.has(channel_id)) return refuse('channel_not_found');
    if (workspace.channel(channel_id).kind !== 'direct') return refuse('method_not_supported_for_channel_type');
    workspace.statuses.push({ channel: channel_id, thread: thread_ts, status });
    return { ok: true };
  },
};

/** The Web API as far as pup uses it, with Slack's own errors. `apps.connections.open` is the Socket Mode server's. */
export const methods: Readonly<Record<string, Method>> = { ...chat, ...reads, ...signs };

/** What the emulated workspace holds. Shapes are Slack's own. */
export interface SlackMessageRow {
  type: 'message';
  ts: string;
  user: string;
  text: string;
  bot_id?: string;
  subtype?: string;
  thread_ts?: string;
  blocks?: unknown;
  metadata?: unknown;
  edited?: { user: string; ts: string };
  files?: unknown;
  streaming_state?: 'in_progress' | 'completed';
  reply_count?: number;
  latest_reply?: string;
}

export interface SlackChannelRow {
  readonly id: string;
  readonly name: string;
  readonly kind: 'public' | 'private' | 'group' | 'direct';
  readonly members: Set<string>;
  readonly messages: SlackMessageRow[];
}

export interface SlackPersonRow {
  readonly id: string;
  readonly name: string;
  readonly guest: boolean;
}

export const ids = {
  team: 'T0TEST',
  pup: 'U0PUP',
  bot: 'B0PUP',
  app: 'A0PUP',
  botToken: 'xoxb-test',
  appToken: 'xapp-test',
  signingSecret: 'test-signing-secret',
} as const;

/** The memory of the emulated Slack. */
export class Workspace {
  readonly people = new Map<string, SlackPersonRow>();
  readonly channels = new Map<string, SlackChannelRow>();
  readonly reactions = new Set<string>();
  readonly statuses: { channel: string; thread: string; status: string }[] = [];
  #lastTs = 0;

  constructor() {
    this.addPerson('U1', 'Ada');
    this.addPerson('U2', 'Ben');
    this.addPerson(ids.pup, 'Pup');
    this.addChannel('C1', 'general', 'public', ['U1', 'U2', ids.pup]);
    this.addChannel('D1', '', 'direct', ['U1', ids.pup]);
  }

  addPerson(id: string, name: string, guest = false): void {
    this.people.set(id, { id, name, guest });
  }

  addChannel(id: string, name: string, kind: SlackChannelRow['kind'], members: readonly string[]): void {
    this.channels.set(id, { id, name, kind, members: new Set(members), messages: [] });
  }

  channel(id: string): SlackChannelRow {
    const channel = this.channels.get(id);
    if (channel === undefined) throw new Error(`the test workspace has no channel ${id}`);
    return channel;
  }

  find(channel: string, ts: string): SlackMessageRow | undefined {
    return this.channels.get(channel)?.messages.find((message) => message.ts === ts);
  }

  /** The clock of Slack: seconds and six digits, never the same twice. */
  nextTs(): string {
    this.#lastTs = Math.max(this.#lastTs + 1, Date.now() * 1000);
    return (this.#lastTs / 1e6).toFixed(6);
  }

  add(channel: string, message: Omit<SlackMessageRow, 'type' | 'ts'> & { ts?: string }): SlackMessageRow {
    const row: SlackMessageRow = { type: 'message', ...message, ts: message.ts ?? this.nextTs() };
    this.channel(channel).messages.push(row);
    const root = row.thread_ts === undefined ? undefined : this.find(channel, row.thread_ts);
    if (root !== undefined && root !== row) {
      root.thread_ts = root.ts;
      root.reply_count = (root.reply_count ?? 0) + 1;
      root.latest_reply = row.ts;
    }
    return row;
  }

  remove(channel: string, ts: string): SlackMessageRow | undefined {
    const { messages } = this.channel(channel);
    const at = messages.findIndex((message) => message.ts === ts);
    return at < 0 ? undefined : messages.splice(at, 1)[0];
  }

  /** Pup's own messages, oldest first. */
  posts(channel: string): readonly SlackMessageRow[] {
    return this.channel(channel).messages.filter(({ user }) => user === ids.pup);
  }

  channelType(channel: string): string {
    return { public: 'channel', private: 'group', group: 'mpim', direct: 'im' }[this.channel(channel).kind];
  }

  describePerson({ id, name, guest }: SlackPersonRow): object {
    return {
      id,
      team_id: ids.team,
      name: name.toLowerCase(),
      real_name: name,
      is_bot: id === ids.pup,
      is_restricted: guest,
      deleted: false,
      tz: 'Europe/Berlin',
      profile: { real_name: name, display_name: name },
    };
  }

  describeChannel({ id, name, kind }: SlackChannelRow): object {
    return {
      id,
      name: kind === 'direct' ? undefined : name,
      is_channel: kind === 'public' || kind === 'private',
      is_private: kind !== 'public',
      is_im: kind === 'direct',
      is_mpim: kind === 'group',
      is_archived: false,
      is_shared: false,
      is_ext_shared: false,
    };
  }
}

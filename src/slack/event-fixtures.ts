import type { ChatConversation } from '../conversation/chat.ts';
import { type NameBook, type ParsedEvent, parseEvent } from './parse-event.ts';

/** Slack's payloads as it sends them, for the tests of this folder. */
export const pup = { userId: 'U0PUP', botId: 'B0PUP' };
const people = new Map([
  ['U1', 'Ada'],
  ['U0PUP', 'Pup'],
]);
export const shared: ChatConversation = { id: 'C7', kind: 'public', name: 'with-acme', archived: false, shared: false };
export const names: NameBook = {
  person: (id) => people.get(id),
  channel: (id) => (id === 'C1' ? 'deploys' : undefined),
  conversation: (id) => (id === shared.id ? shared : undefined),
};

export function envelope(event: object, more: object = {}): object {
  return {
    token: 'x',
    team_id: 'T1',
    context_team_id: 'T1',
    context_enterprise_id: null,
    api_app_id: 'A1',
    event,
    type: 'event_callback',
    event_id: 'Ev1',
    event_time: 1700000000,
    authorizations: [
      { enterprise_id: null, team_id: 'T1', user_id: 'U0PUP', is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
    event_context: '4-xyz',
    ...more,
  };
}

export function parse(event: object, more: object = {}): ParsedEvent {
  return parseEvent(envelope(event, more), pup, names);
}

export function only(parsed: ParsedEvent): object {
  if (parsed.kind !== 'events' || parsed.events.length !== 1)
    throw new Error(`expected one event, got ${JSON.stringify(parsed)}`);
  return parsed.events[0] ?? {};
}

export const said = {
  type: 'message',
  user: 'U1',
  ts: '1700000000.000100',
  client_msg_id: 'c-1',
  text: 'Ship &amp; tell <@U1>',
  team: 'T1',
  blocks: [
    {
      type: 'rich_text',
      block_id: 'b',
      elements: [
        {
          type: 'rich_text_section',
          elements: [
            { type: 'text', text: 'Ship & tell ' },
            { type: 'user', user_id: 'U1' },
          ],
        },
      ],
    },
  ],
  channel: 'C1',
  event_ts: '1700000000.000100',
  channel_type: 'channel',
};
export const message = {
  channel: 'C1',
  ts: '1700000000.000100',
  threadTs: null,
  author: 'U1',
  authorIsBot: false,
  text: 'Ship & tell @Ada',
  rawText: 'Ship &amp; tell <@U1>',
  subtype: null,
  editedTs: null,
  files: [],
  mentionsPup: false,
  replyKey: null,
};

/** The same message as it stands inside of other events and in histories. */
const { channel: _channel, channel_type: _type, event_ts: _at, ...rest } = said;
export const inner = rest;
export const changed = {
  type: 'message',
  subtype: 'message_changed',
  hidden: true,
  channel: 'C1',
  channel_type: 'channel',
  ts: '1700000005.000200',
  event_ts: '1700000005.000200',
  previous_message: inner,
};

import { expect, test } from 'vitest';
import { only, parse, shared } from './event-fixtures.ts';

test('joins, leaves and being removed are told apart', () => {
  const member = { user: 'U1', channel: 'C1', channel_type: 'C', team: 'T1', event_ts: '1700000000.000100' };
  expect(only(parse({ type: 'member_joined_channel', inviter: 'U2', ...member }))).toEqual({
    team: 'T1',
    type: 'join',
    channel: 'C1',
    person: 'U1',
  });
  expect(only(parse({ type: 'member_left_channel', ...member }))).toEqual({
    team: 'T1',
    type: 'leave',
    channel: 'C1',
    person: 'U1',
  });
  for (const type of ['channel_left', 'group_left']) {
    expect(only(parse({ type, channel: 'C1', actor_id: 'U1', event_ts: '1' }))).toEqual({
      team: 'T1',
      type: 'leave',
      channel: 'C1',
      person: 'U0PUP',
    });
  }
});

test.each([
  [
    'channel_rename',
    { channel: { id: 'C1', name: 'ops', name_normalized: 'ops', created: 1 } },
    { type: 'rename', channel: 'C1', name: 'ops' },
  ],
  ['group_rename', { channel: { id: 'C1', name: 'ops', created: 1 } }, { type: 'rename', channel: 'C1', name: 'ops' }],
  ['channel_archive', { channel: 'C1', user: 'U1' }, { type: 'archive', channel: 'C1' }],
  ['group_archive', { channel: 'C1', user: 'U1' }, { type: 'archive', channel: 'C1' }],
  ['channel_unarchive', { channel: 'C1', user: 'U1' }, { type: 'unarchive', channel: 'C1' }],
  ['group_unarchive', { channel: 'C1', actor_id: 'U1' }, { type: 'unarchive', channel: 'C1' }],
  ['channel_deleted', { channel: 'C1' }, { type: 'conversation-deleted', channel: 'C1' }],
  ['group_deleted', { channel: 'C1', date_deleted: 0 }, { type: 'conversation-deleted', channel: 'C1' }],
  [
    'channel_shared',
    { channel: 'C7', connected_team_id: 'T9' },
    { type: 'conversation', conversation: { ...shared, shared: true } },
  ],
  [
    'channel_shared',
    { channel: 'C1', connected_team_id: 'T9' },
    {
      type: 'conversation',
      conversation: { id: 'C1', kind: 'private', name: 'deploys', archived: false, shared: true },
    },
  ],
  [
    'channel_unshared',
    { channel: 'C7', previously_connected_team_id: 'T9', is_ext_shared: true },
    { type: 'conversation', conversation: { ...shared, shared: true } },
  ],
  [
    'channel_unshared',
    { channel: 'C7', previously_connected_team_id: 'T9', is_ext_shared: false },
    { type: 'conversation', conversation: shared },
  ],
  [
    'channel_created',
    { channel: { id: 'C3', name: 'new', is_channel: true, is_private: false, is_org_shared: true, creator: 'U1' } },
    { type: 'conversation', conversation: { id: 'C3', kind: 'public', name: 'new', archived: false, shared: true } },
  ],
])('%s is told', (type, event, told) => {
  expect(only(parse({ type, event_ts: '1700000000.000100', ...event }))).toEqual({ team: 'T1', ...told });
});

test('a new DM is a conversation with its person in it', () => {
  expect(parse({ type: 'im_created', user: 'U1', channel: { id: 'D5' } })).toEqual({
    kind: 'events',
    events: [
      {
        team: 'T1',
        type: 'conversation',
        conversation: { id: 'D5', kind: 'direct', name: null, archived: false, shared: false },
      },
      { team: 'T1', type: 'join', channel: 'D5', person: 'U1' },
    ],
  });
});

const user = {
  id: 'U1',
  team_id: 'T1',
  name: 'ada',
  deleted: false,
  real_name: 'Ada Byron',
  tz: 'Europe/London',
  is_bot: false,
  is_restricted: false,
  is_ultra_restricted: false,
  profile: { real_name: 'Ada Byron', display_name: 'ada b', team: 'T1' },
};
const ada = {
  id: 'U1',
  name: 'Ada Byron',
  displayName: 'ada b',
  isBot: false,
  isGuest: false,
  isStranger: false,
  deleted: false,
  timeZone: 'Europe/London',
};

test.each([
  ['user_change', {}, {}],
  ['team_join', { is_restricted: true }, { isGuest: true }],
  ['team_join', { is_ultra_restricted: true }, { isGuest: true }],
  ['user_change', { team_id: 'T9' }, { isStranger: true }],
  ['user_change', { is_stranger: true }, { isStranger: true }],
  ['user_change', { team_id: 'T9', enterprise_user: { teams: ['T9', 'T1'] } }, { isStranger: false }],
  [
    'user_change',
    { deleted: true, tz: undefined, profile: { display_name: '' } },
    { deleted: true, timeZone: null, displayName: null },
  ],
  ['user_change', { real_name: undefined, profile: undefined }, { name: 'ada', displayName: null }],
  ['user_change', { is_bot: true }, { isBot: true }],
])('%s with %j', (type, more, expected) => {
  expect(only(parse({ type, user: { ...user, ...more }, cache_ts: 1, event_ts: '1' }))).toEqual({
    team: 'T1',
    type: 'person',
    person: { ...ada, ...expected },
  });
});

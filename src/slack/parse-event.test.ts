import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changed, envelope, inner, message, names, only, parse, pup, said } from './event-fixtures.ts';
import { parseEvent } from './parse-event.ts';

test('a message is read with the workspace of its envelope', () => {
  expect(parse(said)).toEqual({ kind: 'events', events: [{ team: 'T1', type: 'message', kind: 'public', message }] });
  expect(only(parse({ ...said, team: 'T9' }))).toMatchObject({ team: 'T1' });
});

test('Socket Mode delivers the same', () => {
  expect(
    parseEvent(
      { envelope_id: 'e', type: 'events_api', accepts_response_payload: false, payload: envelope(said) },
      pup,
      names,
    ),
  ).toEqual(parse(said));
});

test('an Enterprise-wide installation keeps the workspace through which the event was seen', () => {
  const wide = {
    team_id: 'T8',
    context_team_id: 'T2',
    authorizations: [
      { enterprise_id: 'E1', team_id: null, user_id: 'U0PUP', is_bot: true, is_enterprise_install: true },
    ],
  };
  expect(only(parse(said, wide))).toMatchObject({ team: 'T2' });
  expect(parse(said, { team_id: null, context_team_id: null })).toEqual({
    kind: 'invalid',
    problem: 'team_id: is missing',
  });
});

test('what is not for pup is counted by its type', () => {
  expect(parse({ type: 'emoji_changed', subtype: 'add' })).toEqual({ kind: 'unknown', type: 'emoji_changed' });
  expect(parse({ type: 'constructor' })).toEqual({ kind: 'unknown', type: 'constructor' });
  expect(parseEvent({ type: 'url_verification', challenge: 'x' }, pup, names)).toEqual({
    kind: 'ignored',
    reason: 'url_verification',
  });
});

test.each([
  '1700000000',
  '1700000000.1',
  'x.000100',
  '1700000000.0001000',
  '-1.000100',
  '1e9.000000',
  1700000000.0001,
  null,
])('ts %j is refused', (ts) => {
  expect(parse({ ...said, ts })).toMatchObject({ kind: 'invalid' });
  expect(parse({ ...changed, message: { ...inner, ts } })).toMatchObject({ kind: 'invalid' });
  expect(parse({ type: 'message', subtype: 'message_deleted', channel: 'C1', deleted_ts: ts })).toMatchObject({
    kind: 'invalid',
  });
});

test('a problem names fields and no contents', () => {
  expect(parse({ ...said, text: { secret: 'hush' }, channel: 'no channel' })).toEqual({
    kind: 'invalid',
    problem: expect.stringMatching(/^message; channel: is no Slack id; text: /),
  });
  expect(JSON.stringify(parse({ ...said, text: { secret: 'hush' } }))).not.toContain('hush');
});

test('parsing never throws, whatever arrives', () => {
  const types = fc.constantFrom(
    'message',
    'app_mention',
    'user_change',
    'im_created',
    'channel_shared',
    'member_joined_channel',
    'channel_rename',
    'x',
  );
  const subtypes = fc.constantFrom(undefined, 'message_changed', 'message_deleted', 'file_share', 'bot_message', 3);
  const event = fc.record(
    {
      type: types,
      subtype: subtypes,
      message: fc.jsonValue(),
      user: fc.jsonValue(),
      channel: fc.oneof(fc.constant('C1'), fc.jsonValue()),
      ts: fc.oneof(fc.constant(said.ts), fc.jsonValue()),
      text: fc.oneof(fc.string(), fc.jsonValue()),
      blocks: fc.jsonValue(),
      files: fc.jsonValue(),
    },
    { requiredKeys: ['type'] },
  );
  fc.assert(
    fc.property(event, (any) => ['events', 'ignored', 'unknown', 'invalid'].includes(parse(any).kind)),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.jsonValue(), (any) => parseEvent(any, pup, names).kind === 'invalid'),
    { numRuns: 300 },
  );
});

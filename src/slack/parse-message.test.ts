import { expect, test } from 'vitest';
import { changed, envelope, inner, message, names, only, parse, pup, said } from './event-fixtures.ts';
import { mentionedIds } from './mentioned-ids.ts';
import { parseHistoryMessage } from './parse-message.ts';

test.each([
  ['channel', 'C1', 'public'],
  ['group', 'C5', 'private'],
  ['mpim', 'C6', 'group'],
  ['im', 'D1', 'direct'],
  ['app_home', 'D1', 'direct'],
  [undefined, 'D1', 'direct'],
  [undefined, 'C1', null],
])('channel_type %s of %s is kind %s', (channel_type, channel, kind) => {
  expect(only(parse({ ...said, channel, channel_type }))).toMatchObject({ kind });
});

test('app_mention is the same message, and names pup', () => {
  const text = '<@U0PUP> what was decided?';
  const { channel_type: _, ...mention } = { ...said, text, type: 'app_mention', thread_ts: '1699999999.000100' };
  expect(only(parse(mention))).toEqual({
    team: 'T1',
    type: 'message',
    kind: null,
    message: {
      ...message,
      text: '@Pup what was decided?',
      rawText: text,
      threadTs: '1699999999.000100',
      mentionsPup: true,
    },
  });
  expect(only(parse({ ...mention, type: 'message', channel_type: 'channel' }))).toMatchObject({
    message: { mentionsPup: true },
  });
});

test('a mention counts in text and blocks, not in a quoted message or a topic', () => {
  const blocks = [
    { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'user', user_id: 'U0PUP' }] }] },
  ];
  expect(only(parse({ ...said, text: '', blocks }))).toMatchObject({ message: { mentionsPup: true, text: '@Pup' } });
  expect(only(parse({ ...said, attachments: [{ text: '<@U0PUP>' }] }))).toMatchObject({
    message: { mentionsPup: false },
  });
  const topic = {
    ...said,
    subtype: 'channel_topic',
    text: '<@U1> set the channel topic: ask <@U0PUP>',
    topic: 'ask <@U0PUP>',
    blocks: undefined,
  };
  expect(only(parse(topic))).toMatchObject({
    type: 'message',
    message: { mentionsPup: false, subtype: 'channel_topic', text: '@Ada set the channel topic: ask @Pup' },
  });
});

test('another bot is remembered as a bot, also when its text is empty', () => {
  const { user: _, ...bot } = {
    ...said,
    subtype: 'bot_message',
    bot_id: 'B7',
    username: 'ci',
    text: '',
    blocks: [{ type: 'section', text: { type: 'mrkdwn', text: '*Build* failed' } }],
  };
  expect(only(parse(bot))).toMatchObject({
    message: { author: 'B7', authorIsBot: true, text: 'Build failed', subtype: 'bot_message', replyKey: null },
  });
  expect(only(parse({ ...said, bot_id: 'B7', user: 'U7' }))).toMatchObject({
    message: { author: 'U7', authorIsBot: true },
  });
});

test("pup's own messages carry its id and the key of the reply, nobody else's do", () => {
  const metadata = { event_type: 'pup_reply', event_payload: { key: 'reply-7' } };
  const own = { message: { author: 'U0PUP', authorIsBot: true, replyKey: 'reply-7' } };
  expect(only(parse({ ...said, user: 'U0PUP', bot_id: 'B0PUP', metadata }))).toMatchObject(own);
  expect(only(parse({ ...said, user: undefined, subtype: 'bot_message', bot_id: 'B0PUP', metadata }))).toMatchObject(
    own,
  );
  expect(only(parse({ ...said, bot_id: 'B7', metadata }))).toMatchObject({ message: { replyKey: null } });
  expect(
    only(parse({ ...said, user: 'U0PUP', metadata: { event_type: 'other', event_payload: { key: 'k' } } })),
  ).toMatchObject({ message: { replyKey: null } });
  expect(
    only(parse({ ...said, user: 'U0PUP', metadata: { event_type: 'pup_reply', event_payload: { key: 7 } } })),
  ).toMatchObject({ message: { replyKey: null } });
});

test('shared files come with their names, titles and previews', () => {
  const files = [
    {
      id: 'F1',
      name: 'plan.md',
      title: 'The plan',
      mimetype: 'text/plain',
      preview: '# Plan\0',
      url_private: 'https://files',
    },
    { id: 'F2', name: 'talk.eml', title: 'talk.eml', plain_text: 'Hello' },
    { id: 'F3', name: 'cat.png', title: null },
    { id: 'F4', mode: 'file_access', file_access: 'check_file_info' },
    'wrong',
  ];
  expect(
    only(parse({ ...said, subtype: 'file_share', text: '', blocks: undefined, files, upload: false })),
  ).toMatchObject({
    message: {
      subtype: 'file_share',
      text: '',
      files: [
        { name: 'plan.md', title: 'The plan', preview: '# Plan' },
        { name: 'talk.eml', title: 'talk.eml', preview: 'Hello' },
        { name: 'cat.png', title: null, preview: null },
      ],
    },
  });
});

test.each(['thread_broadcast', 'me_message', 'channel_purpose', 'channel_name', 'a_subtype_of_tomorrow'])(
  '%s is remembered',
  (subtype) => {
    expect(only(parse({ ...said, subtype, thread_ts: said.ts }))).toMatchObject({
      type: 'message',
      message: { subtype, threadTs: said.ts },
    });
  },
);

test.each([
  'message_replied',
  'channel_join',
  'channel_leave',
  'group_join',
  'pinned_item',
  'channel_archive',
  'bot_add',
])('%s is ignored', (subtype) => {
  expect(parse({ ...said, subtype })).toEqual({ kind: 'ignored', reason: `message: ${subtype}` });
});

test('an edit replaces the message and says when', () => {
  const edited = { ...inner, text: 'Shipped', edited: { user: 'U1', ts: '1700000005.000000' } };
  expect(only(parse({ ...changed, message: edited }))).toEqual({
    team: 'T1',
    type: 'edit',
    kind: 'public',
    message: { ...message, text: 'Shipped', rawText: 'Shipped', editedTs: '1700000005.000000' },
  });
});

test("an app's update without `edited` is an edit at the time of the event", () => {
  const bot = { ...inner, bot_id: 'B7' };
  const event = { ...changed, message: { ...bot, text: 'Done' }, previous_message: bot };
  expect(only(parse(event))).toMatchObject({ type: 'edit', message: { editedTs: '1700000005.000200' } });
  const blocksOnly = {
    ...changed,
    message: { ...bot, blocks: [{ type: 'markdown', text: 'new' }] },
    previous_message: bot,
  };
  expect(only(parse(blocksOnly))).toMatchObject({
    type: 'edit',
    message: { text: 'new', editedTs: '1700000005.000200' },
  });
});

test('a link preview is no edit, but its text is not lost', () => {
  const preview = {
    ...inner,
    attachments: [{ from_url: 'https://x.io', title: 'X', title_link: 'https://x.io', text: 'About X', id: 1 }],
  };
  expect(only(parse({ ...changed, message: preview }))).toMatchObject({
    type: 'edit',
    message: { editedTs: null, text: 'Ship & tell @Ada\nX (https://x.io)\nAbout X', rawText: said.text },
  });
});

test('a change that changes no text is the message once more, in case its own delivery was lost', () => {
  expect(only(parse({ ...changed, message: { ...inner, reply_count: 2, thread_ts: inner.ts } }))).toMatchObject({
    type: 'message',
    message: { ts: said.ts, editedTs: null, threadTs: said.ts },
  });
});

test('a deletion and the stone that a deleted root leaves are deletions', () => {
  const gone = { team: 'T1', type: 'delete', channel: 'C1', ts: said.ts };
  expect(
    only(
      parse({
        type: 'message',
        subtype: 'message_deleted',
        hidden: true,
        channel: 'C1',
        ts: '1700000009.000100',
        deleted_ts: said.ts,
        previous_message: inner,
      }),
    ),
  ).toEqual(gone);
  const stone = {
    type: 'message',
    subtype: 'tombstone',
    text: 'This message was deleted.',
    user: 'USLACKBOT',
    hidden: true,
    thread_ts: said.ts,
    ts: said.ts,
  };
  expect(only(parse({ ...changed, message: stone }))).toEqual(gone);
});

test('a new shape of what only decorates a message does not lose it', () => {
  const odd = {
    ...said,
    blocks: 7,
    attachments: 'x',
    files: { id: 'F1' },
    metadata: [],
    edited: true,
    channel_type: 5,
    hidden: 'no',
  };
  expect(only(parse(odd))).toMatchObject({ message: { text: 'Ship & tell @Ada', files: [] } });
});

test('a text of 40,000 characters, NUL and lone surrogates can be stored', () => {
  expect(only(parse({ ...said, text: 'é'.repeat(40_000) }))).toMatchObject({
    message: { text: 'é'.repeat(40_000), rawText: 'é'.repeat(40_000) },
  });
  expect(only(parse({ ...said, text: 'a\0\uD800' }))).toMatchObject({
    message: { text: 'a\uFFFD', rawText: 'a\uFFFD' },
  });
});

test('blocks nested a hundred thousand deep are read in messages and edits', () => {
  let deep: unknown = [];
  for (let depth = 0; depth < 100_000; depth++) deep = [{ type: 'container', child_blocks: deep }];
  const bot = { ...inner, bot_id: 'B7', blocks: deep, attachments: [{ blocks: deep, text: 'end' }] };
  expect(only(parse({ ...said, ...bot }))).toMatchObject({ message: { text: 'Ship & tell @Ada\nend' } });
  expect(only(parse({ ...changed, message: { ...bot, text: 'New' }, previous_message: bot }))).toMatchObject({
    type: 'edit',
  });
  expect(mentionedIds(envelope({ ...said, ...bot })).people).toEqual(['U1']);
  expect(only(parse({ ...said, ...bot, text: '<@U0PUP>' }))).toMatchObject({ message: { mentionsPup: true } });
  const crowd = Array.from({ length: 300 }, (_, id) => `<@U9${id}>`).join(' ');
  expect(only(parse({ ...said, text: `${crowd} <@U0PUP>` }))).toMatchObject({ message: { mentionsPup: true } });
});

test('a message from the history reads like its event', () => {
  expect(parseHistoryMessage('C1', inner, { team: 'T1', pup, names })).toEqual(message);
  expect(parseHistoryMessage('C1', { ...inner, subtype: 'channel_join' }, { team: 'T1', pup, names })).toBeNull();
});

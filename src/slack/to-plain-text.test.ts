import { expect, test } from 'vitest';
import { maxPlainText, storable, type TextSource, toPlainText } from './to-plain-text.ts';

const people = new Map([
  ['U1', 'Ada Byron'],
  ['U2', 'Grace'],
]);
const channels = new Map([
  ['C1', 'deploys'],
  ['C2', 'general'],
]);
const names = { person: (id: string) => people.get(id), channel: (id: string) => channels.get(id) };

function plain(source: TextSource): string {
  return toPlainText(source, names);
}

test.each([
  ['<@U1> and <@U2|grace>', '@Ada Byron and @Grace'],
  ['<@U9> and <@U8|new one>', '@U9 and @new one'],
  ['in <#C1|releases>, <#C2>, <#C1|> and <#C9>', 'in #releases, #general, #deploys and #C9'],
  ['<!subteam^S1|@ops> <!subteam^S2> <!here> <!channel|@channel> <!everyone>', '@ops @S2 @here @channel @everyone'],
  ['due <!date^1392734382^{date_short}|Feb 18, 2014>', 'due Feb 18, 2014'],
  ['due <!date^1392734382^{date_short}>', 'due 2014-02-18T14:39:42.000Z'],
  ['<https://example.com/a?b=1&amp;c=2|the plan>', 'the plan (https://example.com/a?b=1&c=2)'],
  ['<https://example.com> <http://example.com|example.com>', 'https://example.com http://example.com'],
  ['<mailto:ada@example.com|ada@example.com> <mailto:ada@example.com|Ada>', 'ada@example.com Ada (ada@example.com)'],
  ['1 &lt; 2 &amp;&amp; 3 &gt; 2, literally &amp;lt;', '1 < 2 && 3 > 2, literally &lt;'],
  ['*bold* _very_ ~gone~ snake_case_name 2*3*4 :smile:', 'bold very gone snake_case_name 2*3*4 :smile:'],
  ['*see <https://example.com|it>*', 'see it (https://example.com)'],
  ['`*kept*` and ```\na_b_c &lt;T&gt; <http://x.io|x.io>\n```', '`*kept*` and ```\na_b_c <T> http://x.io\n```'],
  ['&gt; quoted\nanswer', '> quoted\nanswer'],
  ['• one\n    ◦ two', '• one\n    ◦ two'],
  ['private \uE000 use <@U1>', 'private \uE000 use @Ada Byron'],
])('mrkdwn %j becomes %j', (mrkdwn, expected) => {
  expect(plain({ text: mrkdwn })).toBe(expected);
});

const richText = {
  type: 'rich_text',
  elements: [
    {
      type: 'rich_text_section',
      elements: [
        { type: 'user', user_id: 'U1' },
        { type: 'text', text: ' says ' },
        { type: 'text', text: 'ship & go', style: { bold: true } },
        { type: 'text', text: ' with ' },
        { type: 'text', text: 'make', style: { code: true } },
        { type: 'emoji', name: 'rocket' },
        { type: 'text', text: ' in ' },
        { type: 'channel', channel_id: 'C1' },
        { type: 'text', text: ' ' },
        { type: 'link', url: 'https://example.com', text: 'plan' },
        { type: 'text', text: ' ' },
        { type: 'broadcast', range: 'here' },
        { type: 'date', timestamp: 1392734382, format: '{date}', fallback: ' Feb 18' },
      ],
    },
    { type: 'rich_text_list', style: 'ordered', indent: 0, elements: [section('first'), section('second')] },
    { type: 'rich_text_list', style: 'bullet', indent: 1, elements: [section('inner')] },
    { type: 'rich_text_quote', elements: [{ type: 'text', text: 'said\nbefore' }] },
    { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'a < b' }] },
  ],
};

function section(text: string): unknown {
  return { type: 'rich_text_section', elements: [{ type: 'text', text }] };
}

const richTextPlain = [
  '@Ada Byron says ship & go with `make`:rocket: in #deploys plan (https://example.com) @here Feb 18',
  '1. first',
  '2. second',
  '  - inner',
  '> said',
  '> before',
  '```',
  'a < b',
  '```',
].join('\n');

test('a bot message without text is read from its rich text', () => {
  expect(plain({ text: '', bot_id: 'B1', blocks: [richText] })).toBe(richTextPlain);
});

test("an app's blocks are remembered instead of its notification text", () => {
  const blocks = [
    { type: 'header', text: { type: 'plain_text', text: 'Deploy 42' } },
    {
      type: 'section',
      text: { type: 'mrkdwn', text: '*api* by <@U2>' },
      fields: [
        { type: 'mrkdwn', text: '*State*\nfailed' },
        { type: 'plain_text', text: 'eu-1' },
      ],
      accessory: { type: 'button', text: { type: 'plain_text', text: 'Open' } },
    },
    { type: 'divider' },
    {
      type: 'context',
      elements: [
        { type: 'image', alt_text: 'logo' },
        { type: 'mrkdwn', text: 'at <!date^1^{time}|noon>' },
      ],
    },
    { type: 'image', title: { type: 'plain_text', text: 'Load' }, alt_text: 'a graph' },
    { type: 'markdown', text: '**done** [log](https://x.io)' },
    {
      type: 'table',
      rows: [
        [
          { type: 'raw_text', text: 'host' },
          { type: 'raw_text', text: 'load' },
        ],
        [
          { type: 'rich_text', elements: [section('db-1')] },
          { type: 'raw_number', value: 7 },
        ],
      ],
    },
    { type: 'actions', elements: [{ type: 'button', text: { type: 'plain_text', text: 'Retry' } }] },
    { type: 'alert', text: { type: 'mrkdwn', text: 'look &amp; see' }, level: 'warning' },
    { type: 'plan', title: 'Plan', tasks: [{ type: 'task_card', title: 'Step one', details: richTextOf('more') }] },
  ];
  expect(plain({ text: 'Deploy 42 failed', subtype: 'bot_message', blocks }).split('\n')).toEqual([
    'Deploy 42',
    'api by @Grace',
    'State',
    'failed',
    'eu-1',
    '[image: logo] at noon',
    '[image: Load]',
    '**done** [log](https://x.io)',
    'host | load',
    'db-1 | 7',
    'look & see',
    'Plan',
    'Step one',
    'more',
  ]);
});

function richTextOf(text: string): unknown {
  return { type: 'rich_text', elements: [section(text)] };
}

test("a person's rich text is not remembered twice, other blocks are", () => {
  const table = {
    type: 'table',
    rows: [
      [
        { type: 'raw_text', text: 'a' },
        { type: 'raw_text', text: 'b' },
      ],
    ],
  };
  expect(plain({ text: 'hello', blocks: [richTextOf('hello'), table] })).toBe('hello\na | b');
});

test("a bot's attachment gives its title, text and fields, or its fallback", () => {
  const full = {
    fallback: 'Ticket 7: Down',
    pretext: 'New ticket',
    author_name: 'Grace',
    title: 'Ticket 7',
    title_link: 'https://t.io/7',
    text: '*Down* since &gt; 5 min',
    fields: [{ title: 'Priority', value: 'High', short: true }, { value: 'eu' }],
  };
  expect(plain({ text: '', bot_id: 'B1', attachments: [full, { fallback: 'only <https://x.io|this>' }] })).toBe(
    'New ticket\nGrace\nTicket 7 (https://t.io/7)\nDown since > 5 min\nPriority: High\neu\nonly this (https://x.io)',
  );
});

test("the preview of another conversation's message leaves only its link", () => {
  const quote = {
    is_msg_unfurl: true,
    channel_id: 'C9',
    from_url: 'https://acme.slack.com/archives/C9/p1',
    text: 'secret',
    fallback: 'secret',
  };
  expect(plain({ channel: 'C1', text: 'see', attachments: [quote] })).toBe(
    'see\nhttps://acme.slack.com/archives/C9/p1',
  );
  expect(plain({ channel: 'C9', text: 'see', attachments: [quote] })).toBe('see\nsecret');
});

test('a text of 40,000 characters stays whole, a longer one is cut between characters', () => {
  expect(plain({ text: 'a'.repeat(maxPlainText) })).toHaveLength(maxPlainText);
  expect(plain({ text: '&amp;'.repeat(maxPlainText) })).toBe('&'.repeat(maxPlainText));
  expect(plain({ text: `${'a'.repeat(maxPlainText - 1)}😀` })).toBe('a'.repeat(maxPlainText - 1));
});

test('NUL is removed and a lone surrogate replaced', () => {
  expect(plain({ text: 'a\0b \uD800 c \uDC00 😀' })).toBe('ab \uFFFD c \uFFFD 😀');
  expect(storable('a\0bcd', 3)).toBe('abc');
});

test('blocks nested a hundred thousand deep do not overflow the stack', () => {
  let nested: unknown = section('deep');
  for (let depth = 0; depth < 100_000; depth++)
    nested = { type: 'rich_text_section', elements: [nested], blocks: [nested] };
  let container: unknown = { type: 'container', child_blocks: [] };
  for (let depth = 0; depth < 100_000; depth++) container = { type: 'container', child_blocks: [container] };
  expect(plain({ text: '', blocks: [nested, container, section('after')] })).toBe('after');
});

test.each([
  '<'.repeat(200_000),
  `${'```'.repeat(66_000)}\``,
  '*a '.repeat(60_000),
  '_ '.repeat(90_000),
  '~'.repeat(200_000),
  '<@U1'.repeat(50_000),
  '&amp'.repeat(50_000),
  ' \t'.repeat(100_000),
  `*${'a'.repeat(200_000)}`,
  '\uE000'.repeat(200_000),
])('hostile mrkdwn takes linear time (%#)', (mrkdwn) => {
  const start = performance.now();
  plain({ text: mrkdwn });
  expect(performance.now() - start).toBeLessThan(1_000);
});

test.each([
  null,
  7,
  'x',
  [null, 3, [], { type: 5 }],
  { type: 'section' },
  [{ type: 'table', rows: [3, [null]] }],
  [{ type: 'section', text: [] }],
])('blocks and attachments of wrong shape say nothing (%#)', (wrong) => {
  expect(plain({ text: 'kept', blocks: wrong, attachments: wrong })).toBe('kept');
});

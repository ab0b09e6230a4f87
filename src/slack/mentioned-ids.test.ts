import { expect, test } from 'vitest';
import { envelope, said } from './event-fixtures.ts';
import { mentionedIds } from './mentioned-ids.ts';

test('the ids to look up first are those that the event names', () => {
  const event = envelope({
    ...said,
    text: '<@U1> <@U2|x> <#C1> <#C2|y>',
    attachments: [{ text: 'by <@W3>', fields: [{ value: '<#C4>' }] }],
    blocks: [
      {
        type: 'rich_text',
        elements: [
          {
            type: 'rich_text_section',
            elements: [
              { type: 'user', user_id: 'U5' },
              { type: 'channel', channel_id: 'C6' },
            ],
          },
        ],
      },
    ],
  });
  const ids = mentionedIds(event);
  expect([...ids.people].sort()).toEqual(['U1', 'U2', 'U5', 'W3']);
  expect([...ids.channels].sort()).toEqual(['C1', 'C2', 'C4', 'C6']);
  expect(mentionedIds(envelope({ type: 'channel_shared', channel: 'C7' })).channels).toEqual(['C7']);
});

test('looking for ids is bounded in depth and number', () => {
  let deep: unknown = '<@U1>';
  for (let depth = 0; depth < 200_000; depth++) deep = [deep];
  expect(mentionedIds(deep).people).toEqual([]);
  expect(mentionedIds(Array.from({ length: 900 }, (_, id) => `<@U${id}>`)).people).toHaveLength(200);
});

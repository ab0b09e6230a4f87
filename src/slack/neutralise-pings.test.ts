import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answer, live } from './answer-arbitrary.ts';
import { createPingGuard, neutralisePings, pingBreaker } from './neutralise-pings.ts';

const runs = 500;

test('a stream cut anywhere pings nobody and loses nothing', () => {
  fc.assert(
    fc.property(answer, fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 30 }), (markdown, sizes) => {
      const guard = createPingGuard();
      let shown = '';
      for (let at = 0, turn = 0; at < markdown.length; turn++) {
        const size = (sizes[turn % sizes.length] ?? 0) + 1;
        shown += guard.push(markdown.slice(at, at + size));
        at += size;
      }
      shown += guard.flush();
      expect(shown.replaceAll(pingBreaker, '')).toBe(markdown.replaceAll(pingBreaker, ''));
      expect(shown.replace(/https?:\/\/[^\s<>()|]+/g, '')).not.toMatch(live);
    }),
    { numRuns: runs },
  );
});

test('pings stay readable, and mentions of people, addresses and mail are left alone', () => {
  const kept = 'Ask <@U1AB>, see https://medium.com/@channel and mail ops@here.com; @heretic @channel_x <#C1>';
  expect(neutralisePings(kept)).toBe(kept);
  for (const ping of [
    '<!here>',
    '<!HERE|here>',
    '<!subteam^S1|@ops>',
    '&lt;!channel&gt;',
    '@here',
    '(@everyone)',
    '&#64;channel',
  ]) {
    const safe = neutralisePings(ping);
    expect(safe).not.toBe(ping);
    expect(safe.replace(pingBreaker, '')).toBe(ping);
    expect(neutralisePings(safe)).toBe(safe);
  }
});

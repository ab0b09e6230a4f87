import { expect, test } from 'vitest';
import { describeSettings, InvalidSettings, parseSettings } from './config.ts';

test('no settings at all are right', () => {
  expect(parseSettings({})).toMatchObject({ PORT: 3000, PUP_DATA_DIR: '.pup', PUP_ROLE: 'all' });
});

test('wrong settings are named all together', () => {
  const wrong = { PORT: 'eighty', PUP_ROLE: 'boss', DATABASE_URL: 'mysql://x', SLACK_BOT_TOKEN: 'xoxb-1' };
  expect(() => parseSettings(wrong)).toThrow(InvalidSettings);
  expect(() => parseSettings(wrong)).toThrow(/PORT[\s\S]*PUP_ROLE[\s\S]*DATABASE_URL[\s\S]*SLACK_BOT_TOKEN/);
});

test('secrets are not described', () => {
  const described = describeSettings(
    parseSettings({ OPENAI_API_KEY: 'sk-secret', DATABASE_URL: 'postgres://u:secret@h/d' }),
  );
  expect(JSON.stringify(described)).not.toContain('secret');
  expect(described.OPENAI_API_KEY).toBe('(set)');
});

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { handledEventTypes } from './parse-event.ts';

const manifestSchema = z.object({
  display_information: z.object({ name: z.string().max(35), description: z.string().max(140) }),
  features: z.strictObject({
    bot_user: z.object({ display_name: z.string(), always_online: z.boolean() }),
    app_home: z.object({ messages_tab_enabled: z.literal(true), messages_tab_read_only_enabled: z.literal(false) }),
    // The limits are those of the manifest reference and of @slack/web-api's ManifestAgentView.
    agent_view: z.object({
      agent_description: z.string().max(300),
      suggested_prompts: z.array(z.strictObject({ title: z.string(), message: z.string() })).max(4),
    }),
  }),
  oauth_config: z.object({ scopes: z.strictObject({ bot: z.array(z.string()) }) }),
  settings: z.object({
    event_subscriptions: z.object({ request_url: z.url(), bot_events: z.array(z.string()) }),
    interactivity: z.object({ is_enabled: z.literal(false) }),
    socket_mode_enabled: z.literal(false),
    token_rotation_enabled: z.literal(false),
  }),
});
const manifest = manifestSchema.parse(
  parse(readFileSync(new URL('../../slack/manifest.yaml', import.meta.url), 'utf8')),
);
const events = manifest.settings.event_subscriptions.bot_events;
const scopes = manifest.oauth_config.scopes.bot;

test('the app subscribes to the events that pup reads, and to no other', () => {
  const types = new Set(events.map((event) => event.replace(/^message\..*/, 'message')));
  expect([...types].sort()).toEqual([...handledEventTypes].sort());
  expect(events.filter((event) => event.startsWith('message.')).sort()).toEqual([
    'message.channels',
    'message.groups',
    'message.im',
    'message.mpim',
  ]);
});

test('every event has a scope that Slack asks for it, and nothing stands there twice', () => {
  const needed: Readonly<Record<string, string>> = {
    'message.channels': 'channels:history',
    'message.groups': 'groups:history',
    'message.im': 'im:history',
    'message.mpim': 'mpim:history',
    app_mention: 'app_mentions:read',
    im_created: 'im:read',
    user_change: 'users:read',
    team_join: 'users:read',
    channel_shared: 'channels:read',
    channel_unshared: 'channels:read',
    member_joined_channel: 'channels:read',
    member_left_channel: 'channels:read',
  };
  for (const event of events)
    expect(scopes).toContain(needed[event] ?? (event.startsWith('group_') ? 'groups:read' : 'channels:read'));
  expect(new Set(scopes).size).toBe(scopes.length);
  expect(new Set(events).size).toBe(events.length);
});

test('answers may be streamed, updated and announced', () => {
  expect(scopes).toEqual(expect.arrayContaining(['assistant:write', 'chat:write', 'reactions:write']));
});

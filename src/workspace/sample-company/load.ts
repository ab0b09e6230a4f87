import { z } from 'zod';
import type { ChatEvent, ChatMessage } from '../../conversation/chat.ts';
import channels from './channels.json' with { type: 'json' };
import engineering from './messages-engineering.json' with { type: 'json' };
import general from './messages-general.json' with { type: 'json' };
import hiring from './messages-hiring.json' with { type: 'json' };
import launch from './messages-launch.json' with { type: 'json' };
import leads from './messages-leads.json' with { type: 'json' };
import random from './messages-random.json' with { type: 'json' };
import support from './messages-support.json' with { type: 'json' };
import workshop from './messages-workshop.json' with { type: 'json' };
import people from './people.json' with { type: 'json' };
import suggestions from './suggestions.json' with { type: 'json' };

/** "-41T10:02": so many days before today, at this time of day (UTC). */
const moment = z.string().regex(/^-\d{1,3}T\d{2}:\d{2}$/);
const said = z.object({ at: moment, author: z.string(), text: z.string().min(1) });
const messageSchema = said.extend({ replies: z.array(said).default([]) });
const personSchema = z.object({
  id: z.string(),
  name: z.string(),
  displayName: z.string(),
  role: z.string(),
  timeZone: z.string(),
});
const channelSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['public', 'private']),
  members: z.array(z.string()),
});

type Said = z.infer<typeof said>;
type SampleMessage = z.infer<typeof messageSchema>;

export interface SampleCompany {
  readonly people: readonly z.infer<typeof personSchema>[];
  readonly channels: readonly (z.infer<typeof channelSchema> & { readonly messages: readonly SampleMessage[] })[];
  /** Questions that a visitor may start with. */
  readonly suggestions: readonly string[];
}

const messageFiles: Readonly<Record<string, unknown>> = {
  general,
  launch,
  engineering,
  support,
  workshop,
  random,
  leads,
  hiring,
};

/** The company that moves into an empty local workspace. */
export function loadSampleCompany(): SampleCompany {
  return {
    people: z.array(personSchema).parse(people),
    channels: z
      .array(channelSchema)
      .parse(channels)
      .map((channel) => ({ ...channel, messages: z.array(messageSchema).parse(messageFiles[channel.name]) })),
    suggestions: z.array(z.string()).parse(suggestions),
  };
}

/** The company as events: people, channels, joins, then what was said, as if it had happened in the days before `now`. */
export function sampleEvents(
  company: SampleCompany,
  { team, now }: { readonly team: string; readonly now: Date },
): ChatEvent[] {
  const names = createNames(company);
  const persons = company.people.map(({ id, name, displayName, timeZone }): ChatEvent => {
    const person = { id, name, displayName, timeZone, isBot: false, isGuest: false, isStranger: false, deleted: false };
    return { type: 'person', team, person };
  });
  const rooms = company.channels.map(({ id, kind, name }): ChatEvent => {
    return { type: 'conversation', team, conversation: { id, kind, name, archived: false, shared: false } };
  });
  const joins = company.channels.flatMap(({ id, members }) =>
    members.map((person): ChatEvent => ({ type: 'join', team, channel: id, person })),
  );
  const messages = company.channels.flatMap((channel) =>
    channel.messages.flatMap((root) => {
      const rootTs = sampleTs(root.at, now);
      const thread = root.replies.map((reply) => toMessage(channel.id, reply, rootTs, now, names));
      return [toMessage(channel.id, root, null, now, names), ...thread].map(
        (message): ChatEvent => ({ type: 'message', team, kind: channel.kind, message }),
      );
    }),
  );
  return [...persons, ...rooms, ...joins, ...messages];
}

/** The id of a message that was said at this moment; moments are unique in a channel. */
export function sampleTs(at: string, now: Date): string {
  const [days = '0', time = '00:00'] = at.split('T');
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const midnight = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  const seconds = midnight / 1000 + Number(days) * 86_400 + hours * 3600 + minutes * 60;
  return `${seconds}.000100`;
}

function toMessage(
  channel: string,
  { at, author, text }: Said,
  threadTs: string | null,
  now: Date,
  names: ReadonlyMap<string, string>,
): ChatMessage {
  return {
    channel,
    ts: sampleTs(at, now),
    threadTs,
    author,
    authorIsBot: false,
    text: text.replace(/<([@#])([A-Z0-9]+)>/g, (mention, sign: string, id: string) =>
      names.has(id) ? `${sign}${names.get(id)}` : mention,
    ),
    rawText: text,
    subtype: null,
    editedTs: null,
    files: [],
    mentionsPup: false,
    replyKey: null,
  };
}

function createNames(company: SampleCompany): ReadonlyMap<string, string> {
  return new Map([
    ...company.people.map(({ id, displayName }) => [id, displayName] as const),
    ...company.channels.map(({ id, name }) => [id, name] as const),
  ]);
}

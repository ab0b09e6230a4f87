import { z } from 'zod';
import type { ChatConversation, ChatEvent, ChatPerson } from '../../conversation/chat.ts';
import { conversationSchema, idSchema, personSchema, type SlackPerson } from '../event-schemas.ts';
import { toConversation, toPerson } from '../parse-workspace.ts';

/** The lists of conversations in an export, and what a list says of all that stand in it. */
export const conversationLists = {
  'channels.json': {},
  'groups.json': { is_private: true },
  'mpims.json': { is_mpim: true },
  'dms.json': { is_im: true },
} as const;
export type ConversationList = keyof typeof conversationLists;

export interface ExportedConversation {
  readonly conversation: ChatConversation;
  readonly members: readonly string[];
  /** Names under which its folder may stand: a channel's is its name, a DM's its id. */
  readonly folders: readonly string[];
}

const membersSchema = z.looseObject({ members: z.array(idSchema.nullable().catch(null)).nullish() });

/** One element of a list of conversations. Throws a ZodError on a wrong shape. */
export function readConversation(list: ConversationList, value: unknown): ExportedConversation {
  const { members, ...rest } = membersSchema.parse(value);
  const slack = conversationSchema.parse({ ...rest, ...conversationLists[list] });
  const known = (members ?? []).filter((member) => member !== null);
  const folders = slack.name ? [slack.id, slack.name] : [slack.id];
  return { conversation: toConversation(slack), members: [...new Set(known)], folders };
}

/** One element of `users.json`. Throws a ZodError on a wrong shape. */
export function readPerson(value: unknown): SlackPerson {
  return personSchema.parse(value);
}

/**
 * The people of `users.json`. Who belongs to another workspace is told from the team ids: against `team` where the
 * export is of that workspace, else (an export that is moved to another workspace) against the export's own.
 */
export function toPeople(users: readonly SlackPerson[], team: string): { people: ChatPerson[]; exportTeam: string } {
  const exportTeam = homeTeamOf(users, team);
  return { people: users.map((user) => toPerson(user, exportTeam)), exportTeam };
}

function homeTeamOf(users: readonly SlackPerson[], team: string): string {
  const counts = new Map<string, number>();
  for (const { team_id: id, is_stranger: isStranger } of users) {
    if (id == null || isStranger === true) continue;
    if (id === team) return team;
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  return most?.[0] ?? team;
}

/** The conversation and the joins of its members. `isHome` tells people of the workspace from all others. */
export function conversationEvents(
  { conversation, members }: ExportedConversation,
  { team, isHome }: { team: string; isHome: (person: string) => boolean },
): ChatEvent[] {
  // Exports do not always say that a channel is shared, but its members from outside show it.
  const shared = conversation.shared || members.some((member) => !isHome(member));
  return [
    { team, type: 'conversation', conversation: { ...conversation, shared } },
    ...members.map((person) => ({ team, type: 'join' as const, channel: conversation.id, person })),
  ];
}

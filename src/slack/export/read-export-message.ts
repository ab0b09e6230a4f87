import { z } from 'zod';
import type { ChatMessage, ChatPerson } from '../../conversation/chat.ts';
import { idSchema, personSchema } from '../event-schemas.ts';
import { parseHistoryMessage, type Reading } from '../parse-message.ts';
import { toPerson } from '../parse-workspace.ts';

/**
 * One message of a day file; null for a notice or a deleted message, which a live event would ignore too.
 * Throws a ZodError on a wrong shape. An export is remembered and never answered, so no message addresses pup.
 */
export function readExportMessage(channel: string, value: unknown, reading: Reading): ChatMessage | null {
  const message = parseHistoryMessage(channel, withFiles(value), reading);
  return message === null ? null : { ...message, mentionsPup: false };
}

const oldFileSchema = z.looseObject({ file: z.looseObject({}), files: z.undefined().optional() });

/** Until 2018 a file share carried one `file`. */
function withFiles(value: unknown): unknown {
  const old = oldFileSchema.safeParse(value);
  return old.success ? { ...old.data, files: [old.data.file] } : value;
}

const lenientText = z.string().nullish().catch(undefined);
const authorSchema = z.object({
  username: lenientText,
  user_team: idSchema.nullish().catch(undefined),
  user_profile: z
    .looseObject({ team: idSchema.nullish().catch(undefined) })
    .nullish()
    .catch(undefined),
  bot_profile: z.object({ name: lenientText }).nullish().catch(undefined),
});

/**
 * What a message tells of an author who is missing in `users.json`: someone of another workspace (with
 * `user_profile`) or an integration (with `bot_profile` or `username`). Null where it tells no name.
 */
export function readAuthor({ author, authorIsBot }: ChatMessage, value: unknown, team: string): ChatPerson | null {
  const { username, user_team, user_profile: profile, bot_profile: bot } = authorSchema.parse(value);
  if (authorIsBot) {
    const name = bot?.name || username;
    return name ? toPerson(personSchema.parse({ id: author, real_name: name, is_bot: true }), team) : null;
  }
  if (profile == null) return null;
  return toPerson(personSchema.parse({ ...profile, id: author, team_id: profile.team ?? user_team, profile }), team);
}

/** Orders by time. Whole seconds may differ in their number of digits; fractions never do. */
export function compareTs(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : Number(a > b));
}

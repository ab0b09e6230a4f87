import {
  asReadable,
  confirmedConversationsOf,
  type PlaceFacts,
  publicConversations,
  type Readable,
  readPlaceFacts,
  unconfirmedConversationsOf,
} from '../db/audience.ts';
import { replaceMembers } from '../db/memberships.ts';
import { type Database, inTransaction, type Queryable } from '../db/query.ts';

export type { Readable } from '../db/audience.ts';

/** Where a reply will be read, and by whom it was asked for. */
export interface Place {
  readonly team: string;
  readonly channel: string;
  readonly asker: string;
}

/** Asks the chat for the members of a conversation now; null when it cannot be known. */
export type MembersOf = (team: string, channel: string) => Promise<readonly string[] | null>;

/** How long a private conversation's members are believed without asking the chat again. */
const membershipMaxAgeMs = 10 * 60_000;

/** What the readers of a place may be shown. */
export type Scope = 'here' | 'public' | 'here and public' | 'everything of the asker' | 'channels of the guest';

/** The audience rule: every reader of the place must be able to read what is used. */
export function scopeOf(facts: PlaceFacts): Scope {
  if (facts.kind === null || facts.shared) return 'here';
  if (facts.kind === 'direct') {
    if (facts.asker === 'colleague') return 'everything of the asker';
    return facts.asker === 'guest' ? 'channels of the guest' : 'here';
  }
  if (facts.outsiders) return 'here';
  if (facts.kind === 'public') return 'public';
  // nobody knows whether a guest has joined a private conversation since its members were last confirmed
  return facts.fresh ? 'here and public' : 'here';
}

/**
 * The conversations that all readers of the place may read. Memberships that the chat has not
 * confirmed within ten minutes are asked for first (`refreshMemberships`), else they count as absent.
 */
export async function readableFrom(
  db: Queryable,
  place: Place,
  rule: typeof scopeOf = scopeOf,
  now: Date = new Date(),
): Promise<Readable> {
  const freshSince = new Date(now.getTime() - membershipMaxAgeMs);
  const scope = rule(await readPlaceFacts(db, place, freshSince));
  const { team, channel, asker } = place;
  switch (scope) {
    case 'here':
      return asReadable(team, [channel]);
    case 'public':
      return asReadable(team, [channel, ...(await publicConversations(db, team))]);
    case 'here and public':
      return asReadable(team, [channel, ...(await publicConversations(db, team))]);
    case 'everything of the asker': {
      const own = await confirmedConversationsOf(db, team, asker, ['private', 'group'], freshSince);
      return asReadable(team, [channel, ...(await publicConversations(db, team)), ...own]);
    }
    case 'channels of the guest':
      return asReadable(team, [
        channel,
        ...(await confirmedConversationsOf(db, team, asker, ['public', 'private', 'group'], freshSince)),
      ]);
  }
}

/** Asks the chat for the memberships on which the place's audience rests and which are older than ten minutes. */
export async function refreshMemberships(
  db: Database,
  place: Place,
  membersOf: MembersOf,
  now: Date = new Date(),
): Promise<void> {
  const freshSince = new Date(now.getTime() - membershipMaxAgeMs);
  const facts = await readPlaceFacts(db, place, freshSince);
  const stale = await staleConversations(db, place, facts, freshSince);
  // a few at a time: the chat limits how often it may be asked
  for (let start = 0; start < stale.length; start += 8) {
    await Promise.all(
      stale.slice(start, start + 8).map((channel) => refreshMembers(db, place.team, channel, membersOf)),
    );
  }
}

async function staleConversations(
  db: Queryable,
  place: Place,
  facts: PlaceFacts,
  freshSince: Date,
): Promise<readonly string[]> {
  if (facts.kind === 'private' || facts.kind === 'group') return facts.fresh ? [] : [place.channel];
  if (facts.kind !== 'direct' || facts.asker === 'stranger') return [];
  const kinds = facts.asker === 'guest' ? (['public', 'private', 'group'] as const) : (['private', 'group'] as const);
  return unconfirmedConversationsOf(db, place.team, place.asker, kinds, freshSince);
}

async function refreshMembers(db: Database, team: string, channel: string, membersOf: MembersOf): Promise<void> {
  const members = await membersOf(team, channel);
  if (members === null) return;
  await inTransaction(db, (client) => replaceMembers(client, team, channel, members));
}

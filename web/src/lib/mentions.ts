import type { Person } from '../api.ts';
import { decodeEntities } from './mrkdwn.ts';

export const nameOf = (person: Person): string => person.display_name || person.name;

const sameText = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** What is written after `@` for a person: the name that is shown, or the handle where two share that name. */
export function mentionLabel(person: Person, people: readonly Person[]): string {
  const label = nameOf(person);
  const shared = people.some((other) => other.id !== person.id && sameText(nameOf(other), label));
  return shared ? person.name : label;
}

function labels(people: readonly Person[]): Map<string, string> {
  const ids = new Map<string, string>();
  for (const person of people) ids.set(person.name.toLowerCase(), person.id);
  for (const person of people) ids.set(mentionLabel(person, people).toLowerCase(), person.id);
  const pup = people.find((person) => person.is_pup);
  if (pup) ids.set('pup', pup.id);
  ids.delete('');
  return ids;
}

const escapeEntities = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const codePattern = /(```[\s\S]*?```|`[^`\n]+`)/;
const tokenPattern = /(<(?:(?:https?:\/\/|mailto:)[^<>\s|]+|[@#][\w-]+)(?:\|[^<>\n]*)?>)/;

/** Turns what was typed into what is sent: `@Name` becomes `<@U03>`, and `&`, `<` and `>` are escaped. */
export function encodeText(typed: string, people: readonly Person[]): string {
  const ids = labels(people);
  const names = [...ids.keys()]
    .sort((a, b) => b.length - a.length)
    .map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const named = new RegExp(`(?<![\\p{L}\\p{N}_@])@(${names.join('|') || '(?!)'})(?![\\p{L}\\p{N}_])`, 'giu');
  const encodeNames = (text: string): string =>
    text
      .split(named)
      .map((part, index) => (index % 2 === 0 ? escapeEntities(part) : `<@${ids.get(part.toLowerCase()) ?? part}>`))
      .join('');
  const encodeTokens = (text: string): string =>
    text
      .split(tokenPattern)
      .map((part, index) => (index % 2 === 0 ? encodeNames(part) : part.replaceAll('&', '&amp;')))
      .join('');
  return typed
    .split(codePattern)
    .map((part, index) => (index % 2 === 0 ? encodeTokens(part) : escapeEntities(part)))
    .join('');
}

/** The reverse of `encodeText`, for editing. */
export function decodeText(text: string, people: readonly Person[]): string {
  const named = text.replace(/<@([\w-]+)(?:\|[^<>\n]*)?>/g, (found, id: string) => {
    const person = people.find((candidate) => candidate.id === id);
    return person ? `@${mentionLabel(person, people)}` : found;
  });
  return decodeEntities(named);
}

export interface MentionQuery {
  /** Where the `@` stands. */
  readonly start: number;
  readonly query: string;
}

/** The mention that is being typed at the caret; null when there is none. */
export function mentionAt(text: string, caret: number): MentionQuery | null {
  const match = /(?:^|[\s([{"'])@([\p{L}\p{N}._-]{0,40})$/u.exec(text.slice(0, caret));
  if (match?.[1] === undefined) return null;
  return { start: caret - match[1].length - 1, query: match[1] };
}

/** People whose name, one of its words or whose handle starts with the query; pup first. */
export function findPeople(query: string, people: readonly Person[], limit = 6): Person[] {
  const wanted = query.toLowerCase();
  const fits = (person: Person): boolean =>
    [nameOf(person), person.name, ...nameOf(person).split(/\s+/)].some((name) => name.toLowerCase().startsWith(wanted));
  return people
    .filter((person) => fits(person) && (person.is_pup || !person.is_bot))
    .sort((a, b) => Number(b.is_pup) - Number(a.is_pup) || nameOf(a).localeCompare(nameOf(b)))
    .slice(0, limit);
}

/** Replaces the mention being typed by a whole one; `caret` is where to write on. */
export function insertMention(
  text: string,
  caret: number,
  mention: MentionQuery,
  label: string,
): { readonly text: string; readonly caret: number } {
  const before = `${text.slice(0, mention.start)}@${label} `;
  return { text: before + text.slice(caret).replace(/^ /, ''), caret: before.length };
}

import type { ChatMessage, ChatPerson } from '../conversation/chat.ts';
import { localPup, type Room } from './reads.ts';

const pupByName = /(?<![\w<@/.])@pup\b/gi;
const personMention = /<@([A-Z0-9]+)>/g;
const channelMention = /<#([A-Z0-9-]+)(?:\|[^>]*)?>/g;
const link = /<((?:https?|mailto):[^|>]+)(?:\|([^>]*))?>/g;

/** A message of a person in the local workspace, with the plain text that memory keeps. */
export function toChatMessage(
  said: {
    readonly channel: string;
    readonly ts: string;
    readonly threadTs: string | null;
    readonly author: string;
    readonly text: string;
    readonly editedTs: string | null;
  },
  people: readonly ChatPerson[],
  rooms: readonly Room[],
): ChatMessage {
  const rawText = said.text.toWellFormed().replaceAll('\0', '').replaceAll(pupByName, `<@${localPup}>`);
  return {
    channel: said.channel,
    ts: said.ts,
    threadTs: said.threadTs,
    author: said.author,
    authorIsBot: false,
    text: toPlainText(rawText, people, rooms),
    rawText,
    subtype: null,
    editedTs: said.editedTs,
    files: [],
    mentionsPup: rawText.includes(`<@${localPup}>`),
    replyKey: null,
  };
}

/** Names instead of ids, links with their labels, entities decoded (the page escapes as Slack does). */
function toPlainText(rawText: string, people: readonly ChatPerson[], rooms: readonly Room[]): string {
  return rawText
    .replace(personMention, (mention, id: string) => {
      const person = people.find((candidate) => candidate.id === id);
      return person === undefined ? mention : `@${person.displayName ?? person.name}`;
    })
    .replace(channelMention, (mention, id: string) => {
      const room = rooms.find((candidate) => candidate.id === id);
      return room === undefined ? mention : `#${room.name ?? room.id}`;
    })
    .replace(link, (_, address: string, label: string | undefined) => (label ? `${label} (${address})` : address))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

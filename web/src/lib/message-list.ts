import type { Message } from '../api.ts';

/** Orders two ts; Slack's are decimal seconds, so a longer whole part is later. */
export function compareTs(a: string, b: string): number {
  const [aWhole = '', aRest = ''] = a.split('.');
  const [bWhole = '', bRest = ''] = b.split('.');
  if (aWhole.length !== bWhole.length) return aWhole.length - bWhole.length;
  if (aWhole !== bWhole) return aWhole < bWhole ? -1 : 1;
  if (aRest === bRest) return 0;
  return aRest < bRest ? -1 : 1;
}

/** Both lists in order of ts, each message once; `added` wins. */
export function mergeMessages(list: readonly Message[], added: readonly Message[]): Message[] {
  const byTs = new Map([...list, ...added].map((message) => [message.ts, message]));
  return [...byTs.values()].sort((a, b) => compareTs(a.ts, b.ts));
}

/** Adds a message that the list does not hold yet. */
export const addMissing = (list: readonly Message[], message: Message): readonly Message[] =>
  list.some(({ ts }) => ts === message.ts) ? list : mergeMessages(list, [message]);

/** Replaces the messages that the list holds already and adds none. */
export function updateMessages(list: readonly Message[], added: readonly Message[]): Message[] {
  const byTs = new Map(added.map((message) => [message.ts, message]));
  return list.map((message) => byTs.get(message.ts) ?? message);
}

export const removeMessage = (list: readonly Message[], ts: string): Message[] =>
  list.filter((message) => message.ts !== ts);

/** A reply inside a thread, shown in the thread alone. */
export const isReply = (message: Message): boolean => Boolean(message.thread_ts) && message.thread_ts !== message.ts;

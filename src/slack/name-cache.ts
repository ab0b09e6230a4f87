import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { ChatConversation, ChatEvent, ChatPerson } from '../conversation/chat.ts';
import type { Logger } from '../telemetry/log.ts';
import { classify } from './clients.ts';
import { conversationSchema, personSchema } from './event-schemas.ts';
import { mentionedIds } from './mentioned-ids.ts';
import type { NameBook } from './parse-event.ts';
import { toConversation, toPerson } from './parse-workspace.ts';

export interface NameCacheOptions {
  readonly client: WebClient;
  readonly log: Logger;
  /** People and conversations each. */
  readonly capacity?: number;
  /** Longest time that an event waits for names; Slack wants its acknowledgement within three seconds. */
  readonly budgetMs?: number;
}

/** What Slack could not tell is asked again after this. */
const retryAfterMs = 60_000;
const personReply = z.object({ user: personSchema });
const conversationReply = z.object({ channel: conversationSchema });

/**
 * Names of people and conversations, asked from Slack when an event first names them. What is learned is news for
 * memory too: `takeNews` hands it out as events, once.
 */
export class NameCache implements NameBook {
  readonly #people: BoundedMap<ChatPerson>;
  readonly #conversations: BoundedMap<ChatConversation>;
  readonly #failedAt: BoundedMap<number>;
  readonly #asking = new Map<string, Promise<void>>();
  readonly #options: NameCacheOptions;
  #news: ChatEvent[] = [];

  constructor(options: NameCacheOptions) {
    const { capacity = 20_000 } = options;
    this.#options = options;
    this.#people = new BoundedMap(capacity);
    this.#conversations = new BoundedMap(capacity);
    this.#failedAt = new BoundedMap(capacity);
  }

  person(id: string): string | undefined {
    const person = this.#people.get(id);
    return person === undefined ? undefined : (person.displayName ?? person.name);
  }

  channel(id: string): string | undefined {
    return this.#conversations.get(id)?.name ?? undefined;
  }

  conversation(id: string): ChatConversation | undefined {
    return this.#conversations.get(id);
  }

  /** Asks for whom and what an event names, and for its author and conversation, within the time budget. Never rejects. */
  async learn(team: string, event: unknown): Promise<void> {
    const { people, channels } = mentionedIds(event);
    const place = placeSchema.safeParse(event).data ?? {};
    const persons = new Set([...people, ...(place.user === undefined ? [] : [place.user])]);
    const rooms = new Set([...channels, ...(place.channel === undefined ? [] : [place.channel])]);
    const asked = [
      ...[...persons]
        .filter((id) => this.#people.get(id) === undefined)
        .map((id) => this.#ask(id, () => this.#askPerson(team, id))),
      ...[...rooms]
        .filter((id) => this.#conversations.get(id) === undefined)
        .map((id) => this.#ask(id, () => this.#askRoom(team, id))),
    ];
    if (asked.length === 0) return;
    const { promise: outOfTime, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#options.budgetMs ?? 1500);
    await Promise.race([Promise.all(asked), outOfTime]);
    clearTimeout(timer);
  }

  /** What was learned since the last call. Give it back where it could not be stored. */
  takeNews(): ChatEvent[] {
    const news = this.#news;
    this.#news = [];
    return news;
  }

  giveBack(news: readonly ChatEvent[]): void {
    this.#news.unshift(...news);
  }

  /** Keeps up with what events tell. */
  note(events: readonly ChatEvent[]): void {
    for (const event of events) {
      if (event.type === 'person') this.#people.set(event.person.id, event.person);
      if (event.type === 'conversation') this.#conversations.set(event.conversation.id, event.conversation);
      if (event.type !== 'rename') continue;
      const known = this.#conversations.get(event.channel);
      if (known !== undefined) this.#conversations.set(event.channel, { ...known, name: event.name });
    }
  }

  #ask(id: string, ask: () => Promise<ChatEvent>): Promise<void> {
    const failedAt = this.#failedAt.get(id);
    if (failedAt !== undefined && Date.now() - failedAt < retryAfterMs) return Promise.resolve();
    const asking = this.#asking.get(id);
    if (asking !== undefined) return asking;
    const answer = ask()
      .then(
        (event) => {
          this.note([event]);
          this.#news.push(event);
        },
        (error: unknown) => {
          this.#failedAt.set(id, Date.now());
          this.#options.log.warn({ id, ...classify(error), err: error }, 'could not learn a name');
        },
      )
      .finally(() => this.#asking.delete(id));
    this.#asking.set(id, answer);
    return answer;
  }

  async #askPerson(team: string, id: string): Promise<ChatEvent> {
    const { user } = personReply.parse(await this.#options.client.users.info({ user: id }));
    return { team, type: 'person', person: toPerson(user, team) };
  }

  async #askRoom(team: string, id: string): Promise<ChatEvent> {
    const { channel } = conversationReply.parse(await this.#options.client.conversations.info({ channel: id }));
    return { team, type: 'conversation', conversation: toConversation(channel) };
  }
}

/** Where an event happened and who did it; in a few events these are objects, which tell themselves. */
const placeSchema = z.object({
  user: z.string().optional().catch(undefined),
  channel: z.string().optional().catch(undefined),
});

/** Forgets what was used least recently. */
class BoundedMap<V> {
  readonly #entries = new Map<string, V>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: string): V | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, value);
    }
    return value;
  }

  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#capacity) return;
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }
}

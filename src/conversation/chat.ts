/**
 * The border between pup and a chat: what comes in (`ChatEvent`), what pup may
 * do outside (`Chat`). Slack and the local workspace both speak these types, and
 * nothing behind them knows which one it serves.
 */

/** `public` and `private` channels, `group` (a group DM) and `direct` (a DM with pup). */
export type ConversationKind = 'public' | 'private' | 'group' | 'direct';

export interface SharedFile {
  readonly name: string;
  readonly title: string | null;
  /** The text preview that the chat gives for text files; null where there is none. */
  readonly preview: string | null;
}

/** One message as it was said. `ts` is the chat's own id: seconds and six digits ("1700000000.000100"). */
export interface ChatMessage {
  readonly channel: string;
  readonly ts: string;
  /** The ts of the thread's root; null outside threads, equal to `ts` on a root with replies. */
  readonly threadTs: string | null;
  /** The author's id: a person, a bot user or a bot id. */
  readonly author: string;
  readonly authorIsBot: boolean;
  /** Plain text for memory: names instead of ids, links with their labels, code kept. */
  readonly text: string;
  /** The text as the chat delivered it, for showing it again. */
  readonly rawText: string;
  readonly subtype: string | null;
  readonly editedTs: string | null;
  readonly files: readonly SharedFile[];
  /** The message names pup (`<@PUP>`). */
  readonly mentionsPup: boolean;
  /** On pup's own messages: the key under which the reply was posted (`ReplyPlace` -> `openReply`); else null. */
  readonly replyKey: string | null;
}

export interface ChatConversation {
  readonly id: string;
  readonly kind: ConversationKind;
  readonly name: string | null;
  readonly archived: boolean;
  /** Someone of another workspace may be in it (Slack Connect). */
  readonly shared: boolean;
}

export interface ChatPerson {
  readonly id: string;
  readonly name: string;
  readonly displayName: string | null;
  readonly isBot: boolean;
  /** A single- or multi-channel guest. */
  readonly isGuest: boolean;
  /** Belongs to another workspace. */
  readonly isStranger: boolean;
  readonly deleted: boolean;
  /** IANA time zone; null when unknown. */
  readonly timeZone: string | null;
}

/** Everything that a chat may tell pup. Every event names its workspace. */
export type ChatEvent = { readonly team: string } & (
  | { readonly type: 'message'; readonly message: ChatMessage; readonly kind: ConversationKind | null }
  | { readonly type: 'edit'; readonly message: ChatMessage; readonly kind: ConversationKind | null }
  | { readonly type: 'delete'; readonly channel: string; readonly ts: string }
  | { readonly type: 'join' | 'leave'; readonly channel: string; readonly person: string }
  | { readonly type: 'conversation'; readonly conversation: ChatConversation }
  | { readonly type: 'rename'; readonly channel: string; readonly name: string }
  | { readonly type: 'archive' | 'unarchive'; readonly channel: string }
  | { readonly type: 'conversation-deleted'; readonly channel: string }
  | { readonly type: 'person'; readonly person: ChatPerson }
);

/** What the chat did with an event; `stored` is false for one that was known already. */
export interface Receipt {
  readonly stored: boolean;
  /** The id of the reply that is owed for it; null where pup was not addressed. */
  readonly owedReply: string | null;
}

/** Takes events in. Resolves after the commit, so an acknowledgement sent afterwards is durable. */
export type ReceiveEvents = (events: readonly ChatEvent[]) => Promise<readonly Receipt[]>;

/** Where a reply goes: under `threadTs` where it is set, else into the conversation itself. */
export interface ReplyPlace {
  readonly team: string;
  readonly channel: string;
  readonly kind: ConversationKind;
  readonly threadTs: string | null;
  /** The message that is being answered. */
  readonly askedTs: string;
  readonly asker: string;
}

export interface SourceRef {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs: string | null;
  readonly permalink: string;
}

/** One reply under way. Calls are serialised by the implementation; `finish` ends it. */
export interface ReplyStream {
  /** Shows more of the answer. Markdown. */
  append(markdown: string): Promise<void>;
  /** Replaces what was shown by the whole answer (Markdown) and returns the ts of the first posted message. */
  finish(markdown: string, sources: readonly SourceRef[]): Promise<{ readonly ts: string }>;
}

export interface Chat {
  /** Pup's own user id in the workspace. */
  pupId(team: string): string;
  /** Shows at once that pup has seen the message (status or reaction). Never throws. */
  showSeen(place: ReplyPlace): Promise<void>;
  /** Takes that sign away again. Never throws. */
  clearSeen(place: ReplyPlace): Promise<void>;
  /**
   * Opens the reply that carries `key` in its metadata. Where an earlier attempt has
   * already posted under this key, the returned stream goes on in that message; where
   * the earlier one was finished, `finished` holds its ts and the stream is not used.
   */
  openReply(
    place: ReplyPlace,
    key: string,
    /** On the first attempt nothing can have been posted yet, which saves the look. */
    options?: { readonly firstAttempt?: boolean },
  ): Promise<{ readonly finished: string | null; readonly stream: ReplyStream }>;
  permalink(team: string, channel: string, ts: string, threadTs: string | null): string;
  /** Members of a private conversation as the chat knows them now; null when it cannot be known. */
  membersOf(team: string, channel: string): Promise<readonly string[] | null>;
}

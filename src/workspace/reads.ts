import type { ChatConversation, ChatPerson } from '../conversation/chat.ts';

export interface ShownMessage {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs: string | null;
  readonly author: string;
  readonly authorIsPup: boolean;
  readonly rawText: string;
  readonly replyCount: number;
  readonly editedTs: string | null;
  readonly files: readonly { readonly name: string }[];
  readonly replyKey: string | null;
  readonly sources: readonly { readonly channel: string; readonly ts: string; readonly threadTs: string | null }[];
}

export interface MessagePage {
  readonly limit: number;
  readonly threadTs: string | null;
  readonly rootsOnly: boolean;
  readonly before: string | null;
  readonly after: string | null;
}

export interface Room extends ChatConversation {
  readonly members: readonly string[];
}

/** What the local workspace shows. The composition root implements it over what pup remembers. */
export interface WorkspaceReads {
  people(): Promise<readonly ChatPerson[]>;
  rooms(): Promise<readonly Room[]>;
  /** Oldest first: the newest before `before`, or the oldest from `after` on. */
  messages(channel: string, page: MessagePage): Promise<readonly ShownMessage[]>;
  message(channel: string, ts: string): Promise<ShownMessage | null>;
  /** The ts under which the reply with this key was posted; null before. */
  replyPosted(channel: string, key: string): Promise<string | null>;
}

export const localTeam = 'LOCAL';
export const localPup = 'UPUP';

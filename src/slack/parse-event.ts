import { z } from 'zod';
import type { ChatEvent } from '../conversation/chat.ts';
import { envelopeSchema } from './event-schemas.ts';
import type { MentionNames } from './mrkdwn-to-text.ts';
import { type PupIdentity, parseMessageEvent } from './parse-message.ts';
import { type ConversationNames, workspaceReaders } from './parse-workspace.ts';

/** Names from a cache; the caller fetches what `mentionedIds` lists before it parses. */
export interface NameBook extends MentionNames, ConversationNames {}

export type ParsedEvent =
  | { readonly kind: 'events'; readonly events: readonly ChatEvent[] }
  | { readonly kind: 'ignored'; readonly reason: string }
  /** An event that pup has no use for: counted by its type. */
  | { readonly kind: 'unknown'; readonly type: string }
  /** A body of the wrong shape; `problem` names fields, never their contents. */
  | { readonly kind: 'invalid'; readonly problem: string };

/** The event types that are read here; the manifest subscribes to exactly these (`message` as `message.*`). */
export const handledEventTypes: readonly string[] = ['message', 'app_mention', ...Object.keys(workspaceReaders)];

/** Bodies that are no events: the receiver answers them, and they say nothing to remember. */
const otherBodies = new Set(['url_verification', 'app_rate_limited']);

/**
 * An Events API body, from HTTP or from the `payload` of Socket Mode (or the whole Socket Mode envelope), as
 * the events that it tells. Never throws.
 */
export function parseEvent(body: unknown, pup: PupIdentity, names: NameBook): ParsedEvent {
  const type = bodySchema.safeParse(body);
  if (type.success && type.data.type === 'events_api') return parseEvent(type.data.payload, pup, names);
  if (type.success && otherBodies.has(type.data.type)) return { kind: 'ignored', reason: type.data.type };
  const envelope = envelopeSchema.safeParse(body);
  if (!envelope.success) return invalid(envelope.error);
  const team = teamOf(envelope.data);
  if (team === null) return { kind: 'invalid', problem: 'team_id: is missing' };
  return readEvent(envelope.data.event, { team, pup, names });
}

const bodySchema = z.looseObject({ type: z.string(), payload: z.unknown().optional() });

function readEvent(
  event: { readonly type: string },
  reading: { team: string; pup: PupIdentity; names: NameBook },
): ParsedEvent {
  try {
    if (event.type === 'message' || event.type === 'app_mention') return parseMessageEvent(event, reading);
    const read = Object.hasOwn(workspaceReaders, event.type) ? workspaceReaders[event.type] : undefined;
    return read === undefined
      ? { kind: 'unknown', type: event.type }
      : { kind: 'events', events: read(event, reading) };
  } catch (error) {
    if (error instanceof z.ZodError) return invalid(error, event.type);
    throw error;
  }
}

/**
 * The workspace that pup is installed in. An Enterprise-wide installation has none of its own, and the envelope's
 * `context_team_id` names the workspace through which the event was seen.
 */
function teamOf(envelope: z.infer<typeof envelopeSchema>): string | null {
  const wide = envelope.authorizations?.[0]?.is_enterprise_install === true;
  const team = wide ? (envelope.context_team_id ?? envelope.team_id) : envelope.team_id;
  return team ?? envelope.context_team_id ?? null;
}

function invalid(error: z.ZodError, type?: string): ParsedEvent {
  const issues = error.issues.slice(0, 3).map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  return { kind: 'invalid', problem: [...(type === undefined ? [] : [type]), ...issues].join('; ').slice(0, 500) };
}

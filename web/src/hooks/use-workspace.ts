import { createContext, useContext } from 'react';
import type { Channel, Person } from '../api.ts';
import type { Activity } from './use-activity.ts';
import type { Live } from './use-live.ts';
import type { Navigate } from './use-place.ts';

/** What every part of the page may ask for. */
export interface Workspace {
  readonly me: Person;
  readonly people: readonly Person[];
  readonly pup: Person | null;
  readonly channels: readonly Channel[];
  readonly suggestions: readonly string[];
  readonly activity: Activity;
  readonly live: Live;
  readonly navigate: Navigate;
  readonly report: (error: unknown) => void;
  /** Sends typed text; false when it failed, which is reported. */
  readonly send: (channel: string, typed: string, thread?: string) => Promise<boolean>;
}

export const WorkspaceContext = createContext<Workspace | null>(null);

export function useWorkspace(): Workspace {
  const workspace = useContext(WorkspaceContext);
  if (!workspace) throw new Error('useWorkspace needs a WorkspaceContext around it');
  return workspace;
}

/** How the person sees the channel named: "#general", "pup", or the others in a group. */
export function channelTitle(channel: Channel, { people, pup, me }: Pick<Workspace, 'people' | 'pup' | 'me'>): string {
  if (channel.kind === 'public' || channel.kind === 'private') return `#${channel.name ?? channel.id}`;
  const others = channel.members.filter((id) => id !== me.id);
  if (channel.kind === 'direct' && (others.length === 0 || others[0] === pup?.id)) return pup?.display_name || 'pup';
  const names = others
    .map((id) => people.find((person) => person.id === id))
    .map((person) => person?.display_name || person?.name);
  return names.filter(Boolean).join(', ') || channel.name || channel.id;
}

import type { ReactNode } from 'react';
import type { Person } from '../api.ts';
import { nameOf } from '../lib/mentions.ts';
import { PupMark } from './icons.tsx';

/** A steady hue per person: 12 steps around the wheel, away from pup's amber. */
function hueOf(id: string): number {
  let sum = 7;
  for (const sign of id) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) % 9973;
  return 110 + (sum % 12) * 24;
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const first = [...(words[0] ?? '?')][0] ?? '?';
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : '';
  return (first + last).toUpperCase();
}

interface Props {
  readonly person: Person | undefined;
  /** The author's id, for somebody who is not in the list of people. */
  readonly id: string;
  readonly small?: boolean;
}

export function Avatar({ person, id, small = false }: Props): ReactNode {
  const className = `avatar${small ? ' small' : ''}`;
  if (person?.is_pup) {
    return (
      <span className={`${className} pup`} aria-hidden="true">
        <PupMark />
      </span>
    );
  }
  return (
    <span className={className} style={{ '--hue': hueOf(id) }} aria-hidden="true">
      {initials(person ? nameOf(person) : id)}
    </span>
  );
}

import type { ReactNode } from 'react';
import { useWorkspace } from '../hooks/use-workspace.ts';
import { nameOf } from '../lib/mentions.ts';
import { Avatar } from './avatar.tsx';

export function PersonPicker({ onPerson }: { readonly onPerson: (id: string) => void }): ReactNode {
  const { me, people } = useWorkspace();
  const speakers = people.filter((person) => !person.is_bot && !person.is_pup);
  return (
    <label className="person-picker">
      <Avatar person={me} id={me.id} />
      <span className="person-picker-text">
        <span className="person-picker-label">You speak as</span>
        <select data-testid="person-picker" value={me.id} onChange={(event) => onPerson(event.target.value)}>
          {speakers.map((person) => (
            <option key={person.id} value={person.id}>
              {nameOf(person)}
              {person.is_guest ? ' (guest)' : ''}
            </option>
          ))}
        </select>
      </span>
    </label>
  );
}
